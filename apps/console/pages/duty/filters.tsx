import { type ReactNode, useMemo } from 'react';

import type { IncidentStatus, Severity } from '#libs/model';

import { fold } from '../../format/fold.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { SEVERITY_ORDER, STATUS_ORDER } from '../../live/criteria.ts';
import { GROUPINGS } from '../../live/criteria.ts';
import { useQueue } from '../../shell/desk.tsx';
import { cx } from '../../ui/class-names.ts';
import { controls } from '../../ui/controls.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu, type MenuItem } from '../../ui/menu.tsx';
import type { Duty } from './duty.ts';
import { type DutySearch, isNarrowed } from './duty-search.ts';
import styles from './duty.module.css';
import { sorted } from '../../format/sorted.ts';
import { ViewsMenu } from './views-menu.tsx';

interface FiltersProps {
  readonly search: DutySearch;
  readonly change: Duty['change'];
}

/** Provinces that have incidents here, by name; the list needs no register. */
function useProvinces(): readonly (readonly [code: string, name: string])[] {
  const { provinces } = useQueue();
  return useMemo(
    () => sorted(provinces, (a, b) => fold(a[1]).localeCompare(fold(b[1]))),
    [provinces],
  );
}

function Chip(props: { readonly label: string; readonly onRemove: () => void }): ReactNode {
  const text = useText();
  return (
    <button
      type="button"
      className={cx(controls.chip, controls.chipOn)}
      onClick={props.onRemove}
      title={text.duty.filters.remove(props.label)}
    >
      {props.label}
      <Icon name="close" size={14} />
      <span className="sr">{text.duty.filters.remove(props.label)}</span>
    </button>
  );
}

/** What narrows the list, as chips that go with one click; filters are added, never replaced. */
export function Filters({ search, change }: FiltersProps): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const provinces = useProvinces();
  const { matching, counts } = useQueue();
  const words = text.duty.filters;
  const total = counts[search.v ?? 'open'];
  const severities = SEVERITY_ORDER.map((severity: Severity): MenuItem => ({
    label: text.severity[severity],
    run: () => change({ sev: severity }),
  }));
  const statuses = STATUS_ORDER.filter((status) => status !== 'closed').map(
    (status: IncidentStatus): MenuItem => ({
      label: text.statusLong[status],
      run: () => change({ st: status }),
    }),
  );
  const places = provinces.map(([code, name]): MenuItem => ({
    label: name || code,
    run: () => change({ loc: code }),
  }));
  const placeName = provinces.find(([code]) => code === search.loc)?.[1] ?? search.loc;
  return (
    <div className={styles.filters}>
      {search.sev === undefined ? null : (
        <Chip
          label={words.from(text.severity[search.sev])}
          onRemove={() => change({ sev: undefined })}
        />
      )}
      {search.st === undefined ? null : (
        <Chip
          label={`${words.status}: ${text.statusLong[search.st]}`}
          onRemove={() => change({ st: undefined })}
        />
      )}
      {search.loc === undefined ? null : (
        <Chip
          label={`${words.locality}: ${placeName ?? ''}`}
          onRemove={() => change({ loc: undefined })}
        />
      )}
      {search.q === undefined ? null : (
        <Chip label={words.text(search.q)} onRemove={() => change({ q: undefined })} />
      )}
      <Menu
        label={words.add}
        renderTrigger={(button) => (
          <button type="button" className={controls.chip} {...button}>
            <Icon name="plus" size={14} />
            {words.add}
          </button>
        )}
        groups={[
          { label: words.severity, items: severities },
          { label: words.status, items: statuses },
          { label: words.locality, items: places },
        ]}
      />
      {isNarrowed(search) ? (
        <button
          type="button"
          className={controls.chip}
          onClick={() => change({ sev: undefined, st: undefined, loc: undefined, q: undefined })}
        >
          {words.clear}
        </button>
      ) : null}
      <span className={styles.space} />
      <ViewsMenu search={search} change={change} />
      <Menu
        label={text.groups.by}
        renderTrigger={(button) => (
          <button
            type="button"
            className={cx(controls.chip, search.nhom !== undefined && controls.chipOn)}
            {...button}
          >
            {search.nhom === undefined
              ? text.groups.by
              : `${text.groups.by}: ${text.groups.kinds[search.nhom]}`}
            <Icon name="down" size={14} />
          </button>
        )}
        groups={[
          {
            items: [
              { label: text.groups.none, run: () => change({ nhom: undefined }) },
              ...GROUPINGS.map((by): MenuItem => ({
                label: text.groups.kinds[by],
                run: () => change({ nhom: by }),
              })),
            ],
          },
        ]}
      />
      <span className={styles.shown}>
        {isNarrowed(search)
          ? text.duty.shown(number(matching, language), number(total, language))
          : text.duty.shownAll(number(total, language))}
      </span>
    </div>
  );
}
