import { useCallback, useState } from 'react';

import type { ActionName, Problem } from '#libs/protocol';

import { useText } from '../../i18n/text.tsx';
import type { Act } from '../../live/acts.ts';
import { useDesk } from '../../shell/desk.tsx';
import { useReport } from '../../shell/use-report.ts';
import { useToast } from '../../ui/toast.tsx';

export type FormName = 'verdict' | 'assign' | 'comment' | 'escalate' | 'snooze';

export interface Conflict {
  readonly act: Act;
  readonly problem: Problem;
}

/** Acting on incidents from a page: the open form, what was refused, and how to do a thing. */
export interface Work {
  readonly form: FormName | null;
  readonly open: (form: FormName | null) => void;
  readonly conflict: Conflict | null;
  readonly forget: () => void;
  /** Resolves true when every incident took it (or it waits for the connection). */
  readonly run: (
    incidents: readonly string[],
    action: ActionName,
    fields?: Act['fields'],
  ) => Promise<boolean>;
}

/** Requests of one bulk act under way at once. */
const BULK_AT_ONCE = 4;

export function useWork(): Work {
  const text = useText();
  const { acts } = useDesk();
  const report = useReport();
  const toast = useToast();
  const [form, setForm] = useState<FormName | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);

  const one = useCallback(
    async (act: Act) => {
      const outcome = await acts.perform(act);
      if (outcome.kind === 'conflict') setConflict({ act, problem: outcome.problem });
      else setConflict(null);
      report(act, outcome);
      return outcome.kind === 'done' || outcome.kind === 'queued';
    },
    [acts, report],
  );

  const many = useCallback(
    async (all: readonly Act[]) => {
      let failed = 0;
      const waiting = [...all];
      const worker = async (): Promise<void> => {
        for (let act = waiting.shift(); act !== undefined; act = waiting.shift()) {
          // oxlint-disable-next-line no-await-in-loop -- a few at a time, in order
          const outcome = await acts.perform(act);
          if (outcome.kind !== 'done' && outcome.kind !== 'queued') failed += 1;
        }
      };
      await Promise.all(Array.from({ length: BULK_AT_ONCE }, worker));
      const name = all[0] === undefined ? '' : text.act[all[0].action];
      const done = String(all.length - failed);
      toast({
        text:
          failed === 0
            ? text.done.many(name, done)
            : text.done.manyPartly(name, done, String(failed)),
      });
      return failed === 0;
    },
    [acts, text, toast],
  );

  const run = useCallback<Work['run']>(
    (incidents, action, fields = {}) => {
      const all = incidents.map((incident): Act => ({ incident, action, fields }));
      const [first] = all;
      if (first === undefined) return Promise.resolve(false);
      return all.length === 1 ? one(first) : many(all);
    },
    [one, many],
  );

  return {
    form,
    open: setForm,
    conflict,
    forget: useCallback(() => setConflict(null), []),
    run,
  };
}
