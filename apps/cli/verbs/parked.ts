import { loadConfig } from '#libs/config';
import { SystemClock } from '#libs/model';
import { openCluster } from '#libs/platform';

import { EXIT, type Io, type Verb } from '../verb.ts';

const ANSWER_MS = 10_000;

/** `thapcanh parked`: what readers could not take, seen by a person and sent again or let go. */
export const parkedVerb: Verb = {
  name: 'parked',
  summary: 'list, retry or drop what the distributed platform has set aside',
  usage: `thapcanh parked list
thapcanh parked retry ID… | --all
thapcanh parked drop ID…

A batch is parked when it can never be taken, an event when processes died on it. It lies in Redis
until somebody decides. retry gives it to its reader once more, drop forgets it for good.
list prints one JSON line each. REDIS_URL says where.
`,
  async run(args, io) {
    const [what = '', ...ids] = args;
    if (!['list', 'retry', 'drop'].includes(what) || (what !== 'list' && ids.length === 0)) {
      io.err.write(this.usage);
      return EXIT.usage;
    }
    const loaded = loadConfig();
    if (!loaded.ok || loaded.environment.redisUrl === undefined) {
      io.err.write(
        'thapcanh parked: set REDIS_URL and ELASTICSEARCH_URL as the product has them\n',
      );
      return EXIT.wrong;
    }
    const settings = {
      redisUrl: loaded.environment.redisUrl,
      prefix: loaded.config.cluster.redis_prefix,
    };
    const cluster = await openCluster(settings, new SystemClock());
    const late = setTimeout(() => {
      io.err.write(
        `thapcanh parked: no answer from Redis: ${cluster.link.trouble ?? 'too slow'}\n`,
      );
      cluster.close();
    }, ANSWER_MS);
    try {
      return await act(what, ids, cluster.carriage.parked, io);
    } finally {
      clearTimeout(late);
      cluster.close();
    }
  },
};

type ParkedBox = Awaited<ReturnType<typeof openCluster>>['carriage']['parked'];

async function act(
  what: string,
  ids: readonly string[],
  parked: ParkedBox,
  { out, err }: Io,
): Promise<number> {
  const all = await parked.list();
  if (what === 'list') {
    for (const entry of all) out.write(`${JSON.stringify(entry)}\n`);
    err.write(`${all.length} parked\n`);
    return EXIT.done;
  }
  const chosen = ids.includes('--all') && what === 'retry' ? all.map(({ id }) => id) : ids;
  let missing = 0;
  for (const id of chosen) {
    const done = what === 'retry' ? await parked.retry(id) : await parked.drop(id);
    if (done) continue;
    missing += 1;
    err.write(`thapcanh parked: nothing is parked under ${id}\n`);
  }
  err.write(`${chosen.length - missing} ${what === 'retry' ? 'sent again' : 'dropped'}\n`);
  return missing === 0 ? EXIT.done : EXIT.wrong;
}
