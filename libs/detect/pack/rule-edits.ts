import { CENTRE, type Clock } from '#libs/model';
import type { SigmaSource } from '#libs/sigma';
import type { Documents } from '#libs/store';

import type { Recorder } from './recorder.ts';

const EDIT_KIND = 'rule-edit';
const PLACE = { province: CENTRE };
const FILES_MAX = 500;
/** Texts of a file that are kept to go back to. */
const VERSIONS_KEPT = 20;

/** A text that somebody gave a rule file; `null`: the file's own again. `at` in ms. */
export interface RuleEditVersion {
  readonly number: number;
  readonly at: number;
  readonly by: string;
  readonly reason: string;
  readonly text: string | null;
}

/** A rule file with the texts it was given here, the newest last and in force. */
export interface RuleEdit {
  readonly file: string;
  readonly versions: readonly RuleEditVersion[];
}

export type EditRefused = { readonly reason: 'conflict' | 'too_many' };

export interface EditNeeds {
  readonly documents: Documents;
  readonly clock: Clock;
  readonly record: Recorder;
  /** Tells every process that rules changed. */
  readonly touch: () => Promise<void>;
}

/** Texts that stand in place of those of rule files: documents, every change in the record. */
export class RuleEdits {
  readonly #needs: EditNeeds;

  constructor(needs: EditNeeds) {
    this.#needs = needs;
  }

  async of(file: string): Promise<RuleEdit> {
    const found = await this.#needs.documents.get<RuleEdit>(EDIT_KIND, file);
    return found?.body ?? { file, versions: [] };
  }

  /** The texts in force, by the name of the file. */
  async texts(): Promise<ReadonlyMap<string, string>> {
    const { documents } = this.#needs;
    const page = await documents.list<RuleEdit>(EDIT_KIND, { scope: PLACE, limit: FILES_MAX });
    const texts = new Map<string, string>();
    for (const { body } of page.rows) {
      const text = body.versions.at(-1)?.text;
      if (typeof text === 'string') texts.set(body.file, text);
    }
    return texts;
  }

  /** Gives a file a text over the version that was read, 0 for none. */
  async save(
    file: string,
    over: number,
    given: Pick<RuleEditVersion, 'by' | 'reason' | 'text'>,
  ): Promise<RuleEdit | EditRefused> {
    const { documents, clock, record, touch } = this.#needs;
    const found = await documents.get<RuleEdit>(EDIT_KIND, file);
    const versions = found?.body.versions ?? [];
    const last = versions.at(-1)?.number ?? 0;
    if (last !== over) return { reason: 'conflict' };
    if (found === undefined && (await this.#isFull())) return { reason: 'too_many' };
    const at = clock.now();
    const version: RuleEditVersion = { ...given, number: last + 1, at };
    const body: RuleEdit = { file, versions: [...versions, version].slice(-VERSIONS_KEPT) };
    const expect = found?.version ?? 'absent';
    const [done] = await documents.write([
      { kind: EDIT_KIND, id: file, expect, body, place: PLACE, order: at },
    ]);
    if (done?.done !== true) return { reason: 'conflict' };
    await touch();
    const { by: who, reason, text } = given;
    const facts = {
      reason,
      version: String(version.number),
      text: text === null ? 'original' : 'edited',
    };
    await record({ who, what: 'rules.edit', target: file, place: PLACE, facts });
    return body;
  }

  async #isFull(): Promise<boolean> {
    const { documents } = this.#needs;
    const page = await documents.list(EDIT_KIND, { scope: PLACE, limit: 1 });
    return page.total >= FILES_MAX;
  }
}

/** The sources with the texts they were given; `nameOf` says how a file is called there. */
export function withEdits(
  sources: readonly SigmaSource[],
  texts: ReadonlyMap<string, string>,
  nameOf: (source: SigmaSource) => string,
): SigmaSource[] {
  return sources.map((source) => {
    const text = texts.get(nameOf(source));
    return text === undefined ? source : { ...source, text };
  });
}
