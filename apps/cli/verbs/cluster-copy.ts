import type { BackupSource, RestoreMarks, RestoreSink, StoredFile } from '#libs/backup';
import { CENTRE, type Clock, type Event } from '#libs/model';
import { maskKeyOf, maskKeyWrite, RESTORE_KIND, type Elastic } from '#libs/platform';
import type { Documents, Write } from '#libs/store';

const DAY_MS = 86_400_000;
const EVENTS_PAGE = 5_000;
/** The one file that every process of the platform shares. */
const MASK_KEY_FILE = 'mask.key';
/** Other files of a data folder, kept so that the way back loses none. */
const FILE_KIND = 'data-file';
const FILES_MAX = 1_000;
const MARKS_ID = 'marks';
const CENTRE_PLACE = { province: CENTRE };

type ElasticDocuments = Awaited<ReturnType<Elastic['documents']>>;
type ElasticEvents = ReturnType<Elastic['events']>;

/** Everything that lies in Elasticsearch, also while the product runs on it. */
export function clusterSource(documents: ElasticDocuments, events: ElasticEvents): BackupSource {
  return {
    // Correlation lies in Redis by shard, in no form that another platform could take.
    states: () => [],
    files: () => sharedFiles(documents),
    documents: () => documents.dump(),
    events: () => allEvents(events),
  };
}

async function* sharedFiles(documents: Documents): AsyncGenerator<StoredFile> {
  const key = await maskKeyOf(documents);
  if (key !== undefined) yield { path: MASK_KEY_FILE, bytes: key };
  const { rows } = await documents.list<string>(FILE_KIND, {
    scope: CENTRE_PLACE,
    limit: FILES_MAX,
  });
  for (const { id, body } of rows) yield { path: id, bytes: Buffer.from(body, 'base64') };
}

async function* allEvents(
  events: ElasticEvents,
): AsyncGenerator<{ day: string; rows: readonly Event[] }> {
  await events.refresh();
  const { days } = await events.state();
  for (const day of days.map((facts) => facts.day).toSorted()) {
    const from = Date.parse(`${day}T00:00:00.000Z`);
    let cursor: string | undefined;
    do {
      const page = await events.search({
        query: { kind: 'all' },
        scope: CENTRE_PLACE,
        from,
        to: from + DAY_MS,
        limit: EVENTS_PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      yield { day, rows: page.events };
      cursor = page.next;
    } while (cursor !== undefined);
  }
}

/**
 * What of a cluster a restore has filled: a document, that the product does not start beside.
 * Empty means that no document and no event is there, so that none of another's is mixed in.
 */
export function clusterMarks(
  documents: ElasticDocuments,
  events: ElasticEvents,
): RestoreMarks & { finish(): Promise<void> } {
  const write = async (body: unknown): Promise<void> => {
    await documents.write([
      {
        kind: RESTORE_KIND,
        id: MARKS_ID,
        expect: 'any',
        body,
        place: CENTRE_PLACE,
        order: 0,
      },
    ]);
  };
  const isEmpty = async (): Promise<boolean> => {
    for await (const group of documents.dump()) if (group.length > 0) return false;
    return (await events.state()).days.every((day) => day.events === 0);
  };
  return {
    async begin(backup) {
      const found = await documents.get<{ backup: string; entries: number }>(
        RESTORE_KIND,
        MARKS_ID,
      );
      if (found !== undefined) return found.body.backup === backup ? found.body.entries : 'foreign';
      if (!(await isEmpty())) return 'foreign';
      await write({ backup, entries: 0 });
      return 0;
    },
    done: (backup, entries) => write({ backup, entries }),
    finish: () => write(null),
  };
}

function fileWrite(path: string, bytes: Uint8Array): Write {
  const body = Buffer.from(bytes).toString('base64');
  return { kind: FILE_KIND, id: path, expect: 'any', body, place: CENTRE_PLACE, order: 0 };
}

/** Fills a cluster; what was written by an earlier try is written again over itself. */
export function clusterSink(
  documents: Documents,
  events: ElasticEvents,
  clock: Clock,
): RestoreSink {
  return {
    // Windows that were open begin anew: their alerts stand as they were, and go on as new ones.
    state: () => Promise.resolve(),
    async file({ path, bytes }) {
      const isKey = path === MASK_KEY_FILE;
      await documents.write([isKey ? maskKeyWrite(bytes, 'any') : fileWrite(path, bytes)]);
    },
    async documents(rows) {
      await documents.write(rows.map((row) => ({ ...row, expect: 'any' as const })));
    },
    async events(group, _day, rows) {
      await events.append({ from: group - 1, to: group, received: clock.now(), events: rows });
    },
  };
}
