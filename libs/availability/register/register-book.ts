import type { LogSource, Probe, Service } from '#libs/model';
import { CENTRE } from '#libs/model';
import type { Documents } from '#libs/store';

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

/** Why a row was not taken. */
export type RegisterRefusal = {
  readonly reason: 'register_full' | 'address_taken';
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
  readonly #rows = {
    source: new Map<string, LogSource>(),
    service: new Map<string, Service>(),
    probe: new Map<string, Probe>(),
  };
  readonly #sourceOfAddress = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  #version = 0;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** Fills the memory from documents. */
  async load(): Promise<void> {
    await this.#loadKind('source');
    await this.#loadKind('service');
    await this.#loadKind('probe');
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
    const refusal = this.#refusal(kind, rows);
    if (refusal !== undefined) return refusal;
    await this.#documents.write(
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
    this.#changed();
    return { done: true };
  }

  async remove(kind: RegisterKind, id: string): Promise<void> {
    await this.#documents.write([
      { kind, id, expect: 'any', body: null, place: { province: CENTRE }, order: 0 },
    ]);
    this.#forgetAddresses(kind, id);
    this.#rows[kind].delete(id);
    this.#changed();
  }

  #refusal(kind: RegisterKind, rows: readonly Kinds[RegisterKind][]): RegisterRefusal | undefined {
    const fresh = rows.filter((row) => !this.#rows[kind].has(row.id)).length;
    if (this.#rows[kind].size + fresh > REGISTER_ROWS_MAX) return { reason: 'register_full' };
    for (const row of rows) {
      if (!('addresses' in row)) continue;
      for (const address of row.addresses) {
        const owner = this.#sourceOfAddress.get(address);
        if (owner !== undefined && owner !== row.id) return { reason: 'address_taken', by: owner };
      }
    }
    return undefined;
  }

  #put<K extends RegisterKind>(kind: K, row: Kinds[K]): void {
    this.#forgetAddresses(kind, row.id);
    const rows = this.#rows[kind] as unknown as Map<string, Kinds[K]>;
    rows.set(row.id, row);
    if ('addresses' in row) {
      for (const address of row.addresses) this.#sourceOfAddress.set(address, row.id);
    }
  }

  #forgetAddresses(kind: RegisterKind, id: string): void {
    if (kind !== 'source') return;
    for (const address of this.#rows.source.get(id)?.addresses ?? []) {
      this.#sourceOfAddress.delete(address);
    }
  }

  #changed(): void {
    this.#version += 1;
    for (const call of this.#listeners) call();
  }

  async #loadKind<K extends RegisterKind>(kind: K): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await this.#documents.list<Kinds[K]>(kind, {
        scope: { province: CENTRE },
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const doc of page.rows) this.#put(kind, doc.body);
      cursor = page.next;
    } while (cursor !== undefined);
    this.#version += 1;
  }
}
