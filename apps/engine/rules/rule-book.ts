import { RuleControl, RuleEdits, RulePacks } from '#libs/detect';
import type { Clock } from '#libs/model';
import type { CompileOptions, SigmaSource } from '#libs/sigma';
import type { Documents } from '#libs/store';

/** Where the catalogue finds what people imported and what they laid on rules. */
export interface RuleShelf {
  /** Grows with every change. */
  revision(): Promise<number>;
  sources(): Promise<readonly SigmaSource[]>;
  /** Texts that stand in place of those of files, by the name of the file. */
  edits(): Promise<ReadonlyMap<string, string>>;
  options(): Promise<CompileOptions>;
  /** Names of the licences by pack. */
  licenses(): Promise<ReadonlyMap<string, string>>;
}

export interface RuleBookNeeds {
  readonly documents: Documents;
  readonly clock: Clock;
  readonly record: ConstructorParameters<typeof RulePacks>[0]['record'];
}

/** Packs, switches, parameters and exceptions of this product, for its doors and its catalogue. */
export class RuleBook implements RuleShelf {
  readonly packs: RulePacks;
  readonly control: RuleControl;
  readonly texts: RuleEdits;

  constructor(needs: RuleBookNeeds) {
    this.packs = new RulePacks(needs);
    const touch = (): Promise<void> => this.packs.touch();
    this.control = new RuleControl({ ...needs, touch });
    this.texts = new RuleEdits({ ...needs, touch });
  }

  revision(): Promise<number> {
    return this.packs.revision();
  }

  sources(): Promise<readonly SigmaSource[]> {
    return this.packs.sources();
  }

  edits(): Promise<ReadonlyMap<string, string>> {
    return this.texts.texts();
  }

  options(): Promise<CompileOptions> {
    return this.control.options();
  }

  async licenses(): Promise<ReadonlyMap<string, string>> {
    const licenses = new Map<string, string>();
    for (const { name, current, versions } of await this.packs.list()) {
      const license = versions.find(({ number }) => number === current)?.license;
      if (license !== undefined) licenses.set(name, license);
    }
    return licenses;
  }
}
