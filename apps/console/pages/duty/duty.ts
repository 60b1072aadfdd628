import type { FormName, Work } from '../incident/use-work.ts';
import type { DutySearch } from './duty-search.ts';
import type { Items } from './group-items.ts';
import type { ListControl } from './queue-list.tsx';
import type { Ticks } from './ticks.ts';

type Patch = { readonly [K in keyof DutySearch]?: DutySearch[K] | undefined };

/** The parts of the page that are asked to scroll or take the focus, as they come and go. */
export class DutyParts {
  list: ListControl | null = null;
  find: HTMLInputElement | null = null;
  side: HTMLElement | null = null;
  /** True while the pointer is over the list. */
  hovered = false;
  readonly setList = (list: ListControl | null): void => {
    this.list = list;
  };
  readonly setFind = (find: HTMLInputElement | null): void => {
    this.find = find;
  };
  readonly setSide = (side: HTMLElement | null): void => {
    this.side = side;
  };
  readonly setHovered = (hovered: boolean): void => {
    this.hovered = hovered;
  };
}

/** The state of the duty page and everything a person can do on it. */
export interface Duty {
  readonly search: DutySearch;
  /** Adds to the view state in the URL; `replace` leaves no step for Back. */
  readonly change: (patch: Patch, replace?: boolean) => void;
  /** The lines of the list, groups among them. */
  readonly lines: Items;
  /** An incident, or a group (see `groupOf`). */
  readonly cursor: string | null;
  readonly panelOpen: boolean;
  readonly ticks: Ticks;
  readonly work: Work;
  /** What an act works on: the ticked rows, else what is under the cursor (a group: its rows
   * now). */
  readonly targets: readonly string[];
  readonly step: (by: number) => void;
  readonly tick: (id: string, extend: boolean) => void;
  readonly toggleGroup: (key: string) => void;
  readonly tickAll: (ids: readonly string[], on: boolean) => void;
  readonly openPanel: (id: string) => void;
  readonly openPage: (id: string) => void;
  readonly openForm: (form: FormName) => void;
  readonly closePanel: () => void;
  readonly pause: () => void;
  readonly showFresh: () => void;
  readonly clearFilters: () => void;
}
