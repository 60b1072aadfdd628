import { useCallback } from 'react';

import { problemText } from '../api/problem-text.ts';
import { dateTime } from '../format/time.ts';
import { useLanguage, useText } from '../i18n/text.tsx';
import type { Act, ActOutcome } from '../live/acts.ts';
import { useToast } from '../ui/toast.tsx';
import { useDesk } from './desk.tsx';

type Text = ReturnType<typeof useText>;

function doneText(act: Act, text: Text): string {
  const { incident: id, fields } = act;
  switch (act.action) {
    case 'assign':
      return text.done.assign(id, fields.assignee ?? text.act.nobody);
    case 'verdict':
      return text.done.verdict(
        id,
        fields.verdict === undefined ? '' : text.verdict[fields.verdict],
      );
    case 'status':
      return text.done.status(
        id,
        fields.status === undefined ? '' : text.statusLong[fields.status],
      );
    case 'severity':
      return text.done.severity(
        id,
        fields.severity === undefined ? '' : text.severity[fields.severity],
      );
    case 'snooze':
      return typeof fields.until === 'string'
        ? text.done.snooze(id, dateTime(fields.until))
        : text.done.wake(id);
    case 'step':
      return text.done.step(fields.done !== false);
    case 'acknowledge':
    case 'comment':
    case 'merge':
    case 'release':
    case 'reopen':
    case 'split':
    case 'undo':
      return text.done[act.action](id);
  }
}

/**
 * Tells what became of an act, with the way back where there is one. Conflicts are told by who
 * asked.
 */
export function useReport(): (act: Act, outcome: ActOutcome) => void {
  const text = useText();
  const { language } = useLanguage();
  const toast = useToast();
  const { acts } = useDesk();
  const undoNewest = useUndo();
  return useCallback(
    (act, outcome) => {
      switch (outcome.kind) {
        case 'done': {
          const said = doneText(act, text);
          const way = acts.undoable;
          if (act.action === 'undo' || way === null) toast({ text: said });
          else toast({ text: said, action: { label: text.act.undo, run: undoNewest } });
          break;
        }
        case 'queued':
          toast({ text: text.done.queued });
          break;
        case 'failed':
          toast({ text: problemText(outcome.failure, text, language) });
          break;
        case 'conflict':
          toast({ text: text.panel.conflict(outcome.problem.changedBy ?? text.timeline.system) });
          break;
      }
    },
    [acts, language, text, toast, undoNewest],
  );
}

/** Takes the newest act back and says how it went. */
export function useUndo(): () => void {
  const text = useText();
  const { language } = useLanguage();
  const toast = useToast();
  const { acts } = useDesk();
  return useCallback(() => {
    void acts.undo().then((result) => {
      if (result === null) toast({ text: text.done.nothingToUndo });
      else if (result.outcome.kind === 'done') toast({ text: text.done.undo(result.act.incident) });
      else if (result.outcome.kind === 'conflict') toast({ text: text.done.undoGone });
      else if (result.outcome.kind === 'failed') {
        toast({ text: problemText(result.outcome.failure, text, language) });
      }
    });
  }, [acts, language, text, toast]);
}
