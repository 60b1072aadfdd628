import { LEFT_OUT } from './backup.ts';
import type { BackupSource, End } from './format.ts';
import { documentText, SetDigest } from './set-digest.ts';

/**
 * Holds what a target now has to what an archive says: counts by kind and day, and the digests of
 * every document and every event id. Empty when nothing differs.
 */
export async function differencesFrom(end: End, target: BackupSource): Promise<string[]> {
  const found: string[] = [];
  const compare = (what: string, wanted: Readonly<Record<string, number>>, got: Counts): void => {
    for (const name of new Set([...Object.keys(wanted), ...got.keys()])) {
      const [want, have] = [wanted[name] ?? 0, got.get(name) ?? 0];
      if (want !== have) found.push(`${what} ${name}: ${have} instead of ${want}`);
    }
  };
  const documents = await countDocuments(target);
  compare('documents of kind', end.documents, documents.counts);
  if (documents.digest !== end.digests.documents) found.push('documents differ in their contents');
  const events = await countEvents(target);
  compare('events of day', end.events, events.counts);
  if (events.digest !== end.digests.events) found.push('events differ in their ids');
  return found;
}

type Counts = ReadonlyMap<string, number>;

interface Counted {
  readonly counts: Counts;
  readonly digest: string;
}

async function countDocuments(target: BackupSource): Promise<Counted> {
  const counts = new Map<string, number>();
  const digest = new SetDigest();
  for await (const rows of target.documents()) {
    for (const row of rows) {
      if (LEFT_OUT.has(row.kind)) continue;
      counts.set(row.kind, (counts.get(row.kind) ?? 0) + 1);
      digest.add(documentText(row));
    }
  }
  return { counts, digest: digest.hex };
}

async function countEvents(target: BackupSource): Promise<Counted> {
  const counts = new Map<string, number>();
  const digest = new SetDigest();
  for await (const { day, rows } of target.events()) {
    if (rows.length > 0) counts.set(day, (counts.get(day) ?? 0) + rows.length);
    for (const { id } of rows) digest.add(id);
  }
  return { counts, digest: digest.hex };
}
