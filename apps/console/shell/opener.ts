/** Lets anything open what one component shows. */
export interface Opener {
  readonly open: () => void;
  /** Calls on every opening. Returns how to stop. */
  readonly onOpen: (call: () => void) => () => void;
}

/**
 * A plain call, not an event of the browser's own: what a key opens is then there before the next
 * key comes, and nothing that is typed at once goes to the page behind.
 */
export function opener(): Opener {
  const calls = new Set<() => void>();
  return {
    open: () => {
      for (const call of calls) call();
    },
    onOpen: (call) => {
      calls.add(call);
      return () => calls.delete(call);
    },
  };
}
