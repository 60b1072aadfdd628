import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';

import { problemText } from '../api/problem-text.ts';
import { useLanguage, useText } from '../i18n/text.tsx';
import { useToast } from './toast.tsx';

/** One act at the server, what it says when done, and which lists are read again. */
interface ActOf<V, R> {
  readonly run: (asked: V) => Promise<R>;
  readonly said: (result: R, asked: V) => string;
  readonly refresh: readonly string[];
  readonly done?: (result: R) => void;
  /** Where a failure is said in a form, it is not said in a toast too. */
  readonly inForm?: boolean;
}

/** Acts at the server and says how it went. */
export function useAct<V, R>(act: ActOf<V, R>): UseMutationResult<R, Error, V> {
  const text = useText();
  const { language } = useLanguage();
  const toast = useToast();
  const cache = useQueryClient();
  return useMutation<R, Error, V>({
    mutationFn: act.run,
    onSuccess: (result, asked) => {
      toast({ text: act.said(result, asked) });
      for (const list of act.refresh) void cache.invalidateQueries({ queryKey: [list] });
      act.done?.(result);
    },
    onError: (failure) => {
      if (act.inForm !== true) toast({ text: problemText(failure, text, language) });
    },
  });
}
