import { promisify } from 'node:util';
import { zstdCompress, zstdDecompressSync } from 'node:zlib';

import { CENTRE, type Clock } from '#libs/model';
import type { CompileOptions, SigmaSource } from '#libs/sigma';
import type { Documents, Write } from '#libs/store';

import type { Recorder } from './recorder.ts';
import { packChange, sourcesOf, type PackChange } from './pack-change.ts';
import type { PackFiles } from './pack-files.ts';

const PACK_KIND = 'rule-pack';
const FILES_KIND = 'rule-pack-files';
const REVISION_KIND = 'rule-revision';
const REVISION = 'rules';
const PLACE = { province: CENTRE };
/** Versions of a pack that are kept to go back to. */
const VERSIONS_KEPT = 5;
const PACKS_MAX = 50;
const PACK_NAME = /^[a-z0-9][a-z0-9_-]{0,39}$/;
const TEXT_BYTES_MAX = 512 * 1024 * 1024;

/** One import of a pack; times in ms. */
export interface PackVersion {
  readonly number: number;
  readonly at: number;
  readonly by: string;
  /** What it was read from. */
  readonly from: string;
  readonly files: number;
  readonly rules: number;
  readonly license?: string;
}

/** A pack with its versions, the newest last; `current` is the number of the one in force. */
export interface RulePack {
  readonly name: string;
  readonly current: number;
  readonly versions: readonly PackVersion[];
}

export type PackRefused = {
  readonly reason: 'bad_name' | 'too_many' | 'pack_unknown' | 'no_older_version' | 'conflict';
};

export interface PackNeeds {
  readonly documents: Documents;
  readonly clock: Clock;
  readonly record: Recorder;
}

/** What an import is called and where it comes from. */
export interface ImportOf {
  readonly pack: string;
  readonly from: string;
  readonly by: string;
}

interface StoredFiles {
  readonly zstd: string;
}

/**
 * Packs of rules that were imported, with the versions before, in the documents that every process
 * of the product shares. Whoever holds rules in force looks at `revision` and loads anew when it
 * grows.
 */
export class RulePacks {
  readonly #needs: PackNeeds;

  constructor(needs: PackNeeds) {
    this.#needs = needs;
  }

  async list(): Promise<readonly RulePack[]> {
    const { documents } = this.#needs;
    const page = await documents.list<RulePack>(PACK_KIND, { scope: PLACE, limit: PACKS_MAX });
    return page.rows.map(({ body }) => body).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Grows with every change of packs or of what is laid on rules. */
  async revision(): Promise<number> {
    const found = await this.#needs.documents.get(REVISION_KIND, REVISION);
    return found?.version ?? 0;
  }

  /** Tells every process that rules changed. */
  async touch(): Promise<void> {
    await this.#needs.documents.write([revisionWrite(this.#needs.clock.now())]);
  }

  /** The rule files of the versions in force. */
  async sources(): Promise<readonly SigmaSource[]> {
    const sources: SigmaSource[] = [];
    for (const { name, current } of await this.list()) {
      const files = await this.#files(name, current);
      if (files !== undefined) sources.push(...sourcesOf(name, files));
    }
    return sources;
  }

  /** What an import would change; `beside` are the rules that are always there. */
  async preview(
    pack: string,
    files: PackFiles,
    beside: readonly SigmaSource[],
    options: Pick<CompileOptions, 'placeholders'> = {},
  ): Promise<PackChange | PackRefused> {
    if (!PACK_NAME.test(pack)) return { reason: 'bad_name' };
    const known = await this.#pack(pack);
    const before = known && (await this.#files(pack, known.body.current));
    return packChange(pack, { now: files, before, beside }, options);
  }

  /** Puts a pack, or another version of it, in force. */
  async apply(
    { pack, from, by }: ImportOf,
    files: PackFiles,
    rules: number,
  ): Promise<PackVersion | PackRefused> {
    if (!PACK_NAME.test(pack)) return { reason: 'bad_name' };
    const known = await this.#pack(pack);
    if (known === undefined && (await this.list()).length >= PACKS_MAX) {
      return { reason: 'too_many' };
    }
    const versions = known?.body.versions ?? [];
    const version: PackVersion = {
      number: (versions.at(-1)?.number ?? 0) + 1,
      at: this.#needs.clock.now(),
      by,
      from,
      files: files.files.length,
      rules,
      ...(files.license === undefined ? {} : { license: files.license }),
    };
    const kept = [...versions, version].slice(-VERSIONS_KEPT);
    const gone = versions.filter((one) => !kept.includes(one));
    const stored = await this.#needs.documents.write([await filesWrite(pack, version, files)]);
    if (stored.some(({ done }) => !done)) return { reason: 'conflict' };
    const put = await this.#put({ name: pack, current: version.number, versions: kept }, known);
    if (!put) return { reason: 'conflict' };
    await this.#needs.documents.write(gone.map(({ number }) => filesRemoval(pack, number)));
    await this.#tell('rules.import', pack, by, { version: String(version.number), from });
    return version;
  }

  /** Puts the version before the one in force in force again. */
  async rollback(pack: string, by: string): Promise<PackVersion | PackRefused> {
    const known = await this.#pack(pack);
    if (known === undefined) return { reason: 'pack_unknown' };
    const { current, versions } = known.body;
    const before = versions.findLast(({ number }) => number < current);
    if (before === undefined) return { reason: 'no_older_version' };
    const put = await this.#put({ ...known.body, current: before.number }, known);
    if (!put) return { reason: 'conflict' };
    const facts = { version: String(before.number), instead_of: String(current) };
    await this.#tell('rules.rollback', pack, by, facts);
    return before;
  }

  /** Takes a pack and all its versions away. */
  async remove(pack: string, by: string): Promise<{ readonly removed: true } | PackRefused> {
    const known = await this.#pack(pack);
    if (known === undefined) return { reason: 'pack_unknown' };
    await this.#needs.documents.write([
      { ...packWrite(known.body, known.version), body: null },
      ...known.body.versions.map(({ number }) => filesRemoval(pack, number)),
    ]);
    await this.#tell('rules.remove', pack, by, {});
    return { removed: true };
  }

  async #pack(name: string): Promise<{ body: RulePack; version: number } | undefined> {
    return this.#needs.documents.get<RulePack>(PACK_KIND, name);
  }

  async #put(pack: RulePack, over: { version: number } | undefined): Promise<boolean> {
    const { documents } = this.#needs;
    const [result] = await documents.write([packWrite(pack, over?.version ?? 'absent')]);
    return result?.done === true;
  }

  async #files(pack: string, number: number): Promise<PackFiles | undefined> {
    const found = await this.#needs.documents.get<StoredFiles>(FILES_KIND, `${pack}:${number}`);
    if (found === undefined) return undefined;
    const packed = Buffer.from(found.body.zstd, 'base64');
    const text = zstdDecompressSync(packed, { maxOutputLength: TEXT_BYTES_MAX }).toString('utf8');
    return JSON.parse(text) as PackFiles;
  }

  async #tell(
    what: string,
    pack: string,
    who: string,
    facts: Readonly<Record<string, string>>,
  ): Promise<void> {
    await this.touch();
    await this.#needs.record({ who, what, target: pack, place: PLACE, facts });
  }
}

function packWrite(pack: RulePack, expect: Write['expect']): Write {
  const order = pack.versions.at(-1)?.at ?? 0;
  return { kind: PACK_KIND, id: pack.name, expect, body: pack, place: PLACE, order };
}

async function filesWrite(
  pack: string,
  { number, at }: PackVersion,
  files: PackFiles,
): Promise<Write> {
  const zstd = (await promisify(zstdCompress)(JSON.stringify(files))).toString('base64');
  const id = `${pack}:${number}`;
  return { kind: FILES_KIND, id, expect: 'any', body: { zstd }, place: PLACE, order: at };
}

function filesRemoval(pack: string, number: number): Write {
  const id = `${pack}:${number}`;
  return { kind: FILES_KIND, id, expect: 'any', body: null, place: PLACE, order: 0 };
}

function revisionWrite(at: number): Write {
  const body = { at };
  return { kind: REVISION_KIND, id: REVISION, expect: 'any', body, place: PLACE, order: at };
}
