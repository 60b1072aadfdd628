import type { ReactNode } from 'react';

import type { SummaryView } from '#libs/protocol';

import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { cx } from '../../ui/class-names.ts';
import styles from './summary.module.css';

/**
 * console.md §4.4: 34 units and the two special zones that every map of the country shows; `.` is
 * sea or abroad.
 */
const ROWS = [
  '. 12 15 08 04',
  '11 14 25 19 20',
  '. . 01 24 22',
  '. . 37 33 31',
  '. . 38',
  '. . 40',
  '. . 42',
  '. . . 44',
  '. . . 46',
  '. . . . 48 HS',
  '. . . . 51',
  '. . . . 52',
  '. . . . 66',
  '. . . 68 56',
  '. 80 75 . . TS',
  '91 82 79',
  '. 92 86',
  '96',
].map((row) => row.split(' '));

const SHORT: Readonly<Record<string, string>> = {
  '01': 'HN',
  '04': 'CB',
  '08': 'TQ',
  '11': 'ĐB',
  '12': 'LC',
  '14': 'SL',
  '15': 'LCa',
  '19': 'TN',
  '20': 'LS',
  '22': 'QN',
  '24': 'BN',
  '25': 'PT',
  '31': 'HP',
  '33': 'HY',
  '37': 'NB',
  '38': 'TH',
  '40': 'NA',
  '42': 'HT',
  '44': 'QT',
  '46': 'Huế',
  '48': 'ĐN',
  '51': 'QNg',
  '52': 'GL',
  '56': 'KH',
  '66': 'ĐL',
  '68': 'LĐ',
  '75': 'ĐNa',
  '79': 'HCM',
  '80': 'TNi',
  '82': 'ĐT',
  '86': 'VL',
  '91': 'AG',
  '92': 'CT',
  '96': 'CM',
  HS: 'H.Sa',
  TS: 'T.Sa',
};

type Locality = SummaryView['localities'][number];

function level(incidents: number): string | undefined {
  if (incidents === 0) return styles.l0;
  if (incidents < 3) return styles.l1;
  return incidents < 10 ? styles.l2 : styles.l3;
}

function Tile(props: {
  readonly code: string;
  readonly locality: Locality | undefined;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { code, locality } = props;
  const zones: Readonly<Record<string, string>> = text.summary.zones;
  const zone = zones[code];
  if (zone !== undefined) {
    return (
      <span className={cx(styles.tile, styles.zone)} role="img" aria-label={zone} title={zone}>
        {SHORT[code]}
      </span>
    );
  }
  const name = locality?.name ?? code;
  const silent = locality?.sends !== true;
  const count = locality?.incidents ?? 0;
  const said = silent
    ? text.summary.tileSilent(name)
    : text.summary.tile(name, number(count, language));
  return (
    <span
      className={cx(styles.tile, silent ? styles.silent : level(count))}
      role="img"
      aria-label={said}
      title={said}
    >
      <span>{SHORT[code]}</span>
      <b>{silent && count === 0 ? '–' : number(count, language)}</b>
    </span>
  );
}

/**
 * The country in tiles: number printed, hatched where no logs come from, dashed for special zones.
 */
export function TileMap(props: { readonly localities: readonly Locality[] }): ReactNode {
  const text = useText();
  const byCode = new Map(props.localities.map((locality) => [locality.code, locality]));
  return (
    <div className={styles.map} role="group" aria-label={text.summary.map}>
      {ROWS.flatMap((row, y) =>
        row.map((code, x) =>
          code === '.' ? null : (
            <div key={code} style={{ gridArea: `${y + 1} / ${x + 1}` }}>
              <Tile code={code} locality={byCode.get(code)} />
            </div>
          ),
        ),
      )}
    </div>
  );
}
