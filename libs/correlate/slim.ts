import { newFields, type Event, type Fields, type Match } from '#libs/model';

import type { Consumer } from './consumer.ts';
import type { Recoveries } from './recovery.ts';

const PLACE = 'gov.locality.code';

/** A record with room for a few names; as `newFields`, it inherits none. */
const FewFields = function () {} as unknown as { new (): Fields; prototype: object };
FewFields.prototype = Object.getPrototypeOf(newFields()) as object;

/** What correlation reads of the matches of each rule. */
export class Slimming {
  readonly #names: ReadonlyMap<string, readonly string[]>;

  constructor(consumers: ReadonlyMap<string, readonly Consumer[]>, recoveries: Recoveries) {
    const rules = new Set([...consumers.keys(), ...recoveries.rules()]);
    this.#names = new Map(
      [...rules].map((rule) => {
        const read = (consumers.get(rule) ?? []).flatMap((consumer) => consumer.fields());
        return [rule, [...new Set([...read, ...recoveries.fields(rule)])]];
      }),
    );
  }

  /** The match with those fields alone; as it is where its event may name them as it likes. */
  of(match: Match): Match {
    const { rule, event } = match;
    const from = event.fields;
    if (from[PLACE] === undefined) return match;
    const names = this.#names.get(rule);
    const fields = new FewFields();
    if (names !== undefined) {
      for (const name of names) {
        const value = from[name];
        if (value !== undefined) fields[name] = value;
      }
    }
    const { id, time, received } = event;
    return { rule, event: { id, time, received, fields } satisfies Event };
  }
}
