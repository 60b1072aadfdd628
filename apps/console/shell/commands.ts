import { useEffect, useRef } from 'react';

/** Something a person can ask for by its name. */
export interface Command {
  readonly id: string;
  readonly label: string;
  /** The key that does the same. */
  readonly hint?: string;
  readonly run: () => void;
}

const sets = new Set<() => readonly Command[]>();

/** Offers these in the list of commands while the component is there. */
export function useCommands(make: () => readonly Command[]): void {
  const latest = useRef(make);
  useEffect(() => {
    latest.current = make;
  });
  useEffect(() => {
    const set = (): readonly Command[] => latest.current();
    sets.add(set);
    return () => {
      sets.delete(set);
    };
  }, []);
}

/** What the page that is open offers now. */
export function currentCommands(): readonly Command[] {
  return [...sets].flatMap((make) => make());
}
