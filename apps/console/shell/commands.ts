import { useEffect, useReducer, useRef } from 'react';

/** Something a person can ask for by its name. */
export interface Command {
  readonly id: string;
  readonly label: string;
  /** The key that does the same. */
  readonly hint?: string;
  readonly run: () => void;
}

const sets = new Set<() => readonly Command[]>();
const watchers = new Set<() => void>();

function tell(): void {
  for (const call of watchers) call();
}

/** Offers these in the list of commands while the component is there. */
export function useCommands(make: () => readonly Command[]): void {
  const latest = useRef(make);
  useEffect(() => {
    latest.current = make;
    tell();
  });
  useEffect(() => {
    const set = (): readonly Command[] => latest.current();
    sets.add(set);
    tell();
    return () => {
      sets.delete(set);
      tell();
    };
  }, []);
}

/** What the page that is open offers, also what it offers only later. */
export function useCurrentCommands(): readonly Command[] {
  const [, again] = useReducer((times: number) => times + 1, 0);
  useEffect(() => {
    watchers.add(again);
    // The page may have offered something between this rendering and now.
    again();
    return () => {
      watchers.delete(again);
    };
  }, []);
  return [...sets].flatMap((make) => make());
}
