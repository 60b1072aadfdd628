import { type FormEvent, type ReactNode, useState } from 'react';

import { clockTime, fieldTime, fromFieldTime, shortDate } from '../../format/time.ts';
import { useText } from '../../i18n/text.tsx';
import { cx } from '../../ui/class-names.ts';
import { Button, controls } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { type Range, RANGE_START, RANGES, type SearchSearch, type Span } from './search-search.ts';
import styles from './search.module.css';

/** The span of the search: a moving one until now, or two instants in Viet Nam's time. */
export function SpanPicker(props: {
  readonly search: SearchSearch;
  readonly span: Span;
  readonly onRange: (range: Range) => void;
  readonly onSpan: (span: Span) => void;
}): ReactNode {
  const text = useText();
  const { search, span } = props;
  const [open, setOpen] = useState(false);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const fixed = search.from !== undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const next = { from: fromFieldTime(from), to: fromFieldTime(to) };
    if (!(next.from < next.to)) return;
    setOpen(false);
    props.onSpan(next);
  };
  return (
    <div className={styles.ranges} role="group" aria-label={text.search.range}>
      {RANGES.map((range) => {
        const on = !fixed && (search.kh ?? RANGE_START) === range;
        return (
          <button
            key={range}
            type="button"
            aria-pressed={on}
            className={cx(controls.chip, on && controls.chipOn)}
            onClick={() => props.onRange(range)}
          >
            {text.search.ranges[range]}
          </button>
        );
      })}
      <button
        type="button"
        aria-pressed={fixed}
        className={cx(controls.chip, fixed && controls.chipOn)}
        onClick={() => {
          setFrom(fieldTime(span.from));
          setTo(fieldTime(span.to));
          setOpen(true);
        }}
      >
        {fixed
          ? `${shortDate(span.from)} ${clockTime(span.from)} – ${shortDate(span.to)} ${clockTime(span.to)}`
          : text.search.custom}
      </button>
      <Dialog title={text.search.range} open={open} onClose={() => setOpen(false)}>
        <form className={styles.spanForm} onSubmit={submit}>
          <TextField
            label={text.search.from}
            type="datetime-local"
            required
            value={from}
            onChange={(event) => setFrom(event.target.value)}
          />
          <TextField
            label={text.search.to}
            type="datetime-local"
            required
            value={to}
            wrong={
              from !== '' && to !== '' && from >= to
                ? `${text.search.from} < ${text.search.to}`
                : undefined
            }
            onChange={(event) => setTo(event.target.value)}
          />
          <Button look="primary" type="submit">
            {text.search.apply}
          </Button>
        </form>
      </Dialog>
    </div>
  );
}
