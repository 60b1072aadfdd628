import { randomUUID } from 'node:crypto';

import type { LogSource, Probe, Service } from '#libs/model';
import { CENTRE } from '#libs/model';
import type { Documents, Write } from '#libs/store';

/** Rows read at a time when the register is loaded. */
const PAGE = 1_000;

/** Sources and services of one register; a province with every commune has some ten thousand. */
export const REGISTER_ROWS_MAX = 200_000;

interface Kinds {
  readonly source: LogSource;
  readonly service: Service;
  readonly probe: Probe;
}

export type RegisterKind = keyof Kinds;

/** The rows of every kind by their ids. */
type Rows = { readonly [K in RegisterKind]: Map<string, Kinds[K]> };

function noRows(): Rows {
  return { source: new Map(), service: new Map(), probe: new Map() };
}

/** Tells whoever holds the register in memory that somebody changed it. */
const CHANGE_KIND = 'register-change';
const CHANGE_ID = 'main';

/** Why a row was not taken. */
export type RegisterRefusal = {
  readonly reason: 'register_full' | 'address_taken' | 'host_taken';
  readonly by?: string;
};

/** An immutable picture of the register; readers take it as a whole. */
export interface RegisterSnapshot {
  readonly version: number;
  readonly sources: readonly LogSource[];
}

/** Which log sources, services and probes should exist. Lives in documents, read from memory. */
export class RegisterBook {
  readonly #documents: Documents;
  #rows = noRows();
  /** Sources by address, and by host name in lower case. */
  #owners = { address: new Map<string, string>(), host: new Map<string, string>() };
  /** The last change that is in memory. */
  #change = '';
  readonly #listeners = new Set<() => void>();
  #version = 0;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** Fills the memory from documents. */
  async load(): Promise<void> {
    const change = await this.#lastChange();
    const rows = noRows();
    for (const kind of ['source', 'service', 'probe'] as const) await this.#read(kind, rows);
    this.#rows = rows;
    this.#owners = { address: new Map(), host: new Map() };
    for (const source of rows.source.values()) this.#own(source);
    this.#change = change;
    this.#version += 1;
  }

  /**
   * Reads the register again when another process, such as the command line, changed it; call it
   * every few seconds.
   */
  async refresh(): Promise<void> {
    if ((await this.#lastChange()) === this.#change) return;
    await this.load();
    this.#tell();
  }

  async #lastChange(): Promise<string> {
    const doc = await this.#documents.get<{ readonly change: string }>(CHANGE_KIND, CHANGE_ID);
    return doc?.body.change ?? '';
  }

  snapshot(): RegisterSnapshot {
    return { version: this.#version, sources: this.sources() };
  }

  sources(): readonly LogSource[] {
    return [...this.#rows.source.values()];
  }

  services(): readonly Service[] {
    return [...this.#rows.service.values()];
  }

  probes(): readonly Probe[] {
    return [...this.#rows.probe.values()];
  }

  source(id: string): LogSource | undefined {
    return this.#rows.source.get(id);
  }

  service(id: string): Service | undefined {
    return this.#rows.service.get(id);
  }

  /** Called after every change; the returned function ends it. */
  onChange(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  /**
   * Adds or replaces rows; durable when it resolves. The first row that cannot be taken refuses all
   * of them.
   */
  async save<K extends RegisterKind>(
    kind: K,
    rows: readonly Kinds[K][],
  ): Promise<RegisterRefusal | { readonly done: true }> {
    // What another process entered must neither be overlooked nor taken twice.
    await this.refresh();
    const refusal = this.#refusal(kind, rows);
    if (refusal !== undefined) return refusal;
    const change = await this.#write(
      rows.map((row) => ({
        kind,
        id: row.id,
        expect: 'any' as const,
        body: row,
        place: 'place' in row ? row.place : { province: CENTRE },
        order: 0,
      })),
    );
    for (const row of rows) this.#put(kind, row);
    this.#changed(change);
    return { done: true };
  }

  async remove(kind: RegisterKind, id: string): Promise<void> {
    await this.refresh();
    const change = await this.#write([
      { kind, id, expect: 'any', body: null, place: { province: CENTRE }, order: 0 },
    ]);
    if (kind === 'source') this.#disown(id);
    this.#rows[kind].delete(id);
    this.#changed(change);
  }

  #refusal(kind: RegisterKind, rows: readonly Kinds[RegisterKind][]): RegisterRefusal | undefined {
    const fresh = rows.filter((row) => !this.#rows[kind].has(row.id)).length;
    if (this.#rows[kind].size + fresh > REGISTER_ROWS_MAX) return { reason: 'register_full' };
    for (const row of rows) {
      if (!('addresses' in row)) continue;
      const addresses = otherOwner(this.#owners.address, row.addresses, row.id);
      if (addresses !== undefined) return { reason: 'address_taken', by: addresses };
      const hosts = otherOwner(this.#owners.host, hostsOf(row), row.id);
      if (hosts !== undefined) return { reason: 'host_taken', by: hosts };
    }
    return undefined;
  }

  #put<K extends RegisterKind>(kind: K, row: Kinds[K]): void {
    if (kind === 'source') this.#disown(row.id);
    this.#rows[kind].set(row.id, row);
    if ('addresses' in row) this.#own(row);
  }

  #own(source: LogSource): void {
    for (const address of source.addresses) this.#owners.address.set(address, source.id);
    for (const host of hostsOf(source)) this.#owners.host.set(host, source.id);
  }

  #disown(id: string): void {
    const source = this.#rows.source.get(id);
    if (source === undefined) return;
    for (const address of source.addresses) this.#owners.address.delete(address);
    for (const host of hostsOf(source)) this.#owners.host.delete(host);
  }

  /** Writes rows and, after them, that there is a change; gives its name. */
  async #write(writes: readonly Write[]): Promise<string> {
    const change = randomUUID();
    await this.#documents.write(writes);
    await this.#documents.write([
      {
        kind: CHANGE_KIND,
        id: CHANGE_ID,
        expect: 'any',
        body: { change },
        place: { province: CENTRE },
        order: 0,
      },
    ]);
    return change;
  }

  #changed(change: string): void {
    this.#change = change;
    this.#version += 1;
    this.#tell();
  }

  #tell(): void {
    for (const call of this.#listeners) call();
  }

  async #read<K extends RegisterKind>(kind: K, into: Rows): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await this.#documents.list<Kinds[K]>(kind, {
        scope: { province: CENTRE },
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const { body } of page.rows) into[kind].set(body.id, body);
      cursor = page.next;
    } while (cursor !== undefined);
  }
}

/** Host names as the register tells them apart. */
function hostsOf(source: LogSource): readonly string[] {
  return source.hosts.map((host) => host.toLowerCase());
}

/** Who else has one of these names. */
function otherOwner(
  owners: ReadonlyMap<string, string>,
  names: readonly string[],
  id: string,
): string | undefined {
  return names.map((name) => owners.get(name)).find((by) => by !== undefined && by !== id);
}
