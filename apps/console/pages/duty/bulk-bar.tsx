import { type ReactNode, useState } from 'react';

import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { Button } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import type { FormName, Work } from '../incident/use-work.ts';
import styles from './duty.module.css';
import { saveCsv } from './rows-csv.ts';

/** Acts on more incidents than this are asked about first (console.md R9). */
const CONFIRM_ABOVE = 100;

/** Stands in place of the filters while rows are ticked. */
export function BulkBar(props: {
  readonly ids: readonly string[];
  readonly all: readonly string[];
  readonly cursor: string | null;
  readonly work: Work;
  readonly onTicks: (ids: readonly string[]) => void;
  readonly onForm: (form: FormName) => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { book, mayAct } = useDesk();
  const [asking, setAsking] = useState(false);
  const { ids, all, work } = props;
  const take = (): void => {
    setAsking(false);
    void work.run(ids, 'acknowledge').then(() => props.onTicks([]));
  };
  const others = ids.filter((id) => id !== props.cursor);
  return (
    <div className={styles.filters}>
      <strong>{text.duty.ticked(number(ids.length, language))}</strong>
      {mayAct ? (
        <>
          <Button hint="T" onClick={ids.length > CONFIRM_ABOVE ? () => setAsking(true) : take}>
            {text.act.acknowledge}
          </Button>
          <Button hint="P" onClick={() => props.onForm('assign')}>
            {text.act.assign}
          </Button>
          <Button hint="H" onClick={() => props.onForm('snooze')}>
            {text.act.snooze}
          </Button>
          <Button hint="V" onClick={() => props.onForm('verdict')}>
            {text.act.verdict}
          </Button>
          {props.cursor !== null && others.length > 0 ? (
            <Button
              onClick={() =>
                void work
                  .run([props.cursor ?? ''], 'merge', { incidents: others })
                  .then((done) => done && props.onTicks([]))
              }
            >
              {text.panel.mergeTitle(number(others.length, language))}
            </Button>
          ) : null}
        </>
      ) : null}
      <span className={styles.space} />
      <Button look="quiet" onClick={() => saveCsv(ids, book, text)}>
        {text.search.exportCsv}
      </Button>
      {ids.length < all.length ? (
        <Button look="quiet" onClick={() => props.onTicks(all)}>
          {text.duty.tickAll(number(all.length, language))}
        </Button>
      ) : null}
      <Button look="quiet" onClick={() => props.onTicks([])}>
        {text.duty.untick}
      </Button>
      <Dialog
        title={`${text.act.acknowledge}: ${text.duty.fresh(number(ids.length, language))}`}
        open={asking}
        onClose={() => setAsking(false)}
      >
        <div className={styles.filters}>
          <Button look="primary" onClick={take}>
            {text.act.acknowledge}
          </Button>
          <Button onClick={() => setAsking(false)}>{text.act.cancel}</Button>
        </div>
      </Dialog>
    </div>
  );
}
