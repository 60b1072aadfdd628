// `npm run bench -- scale`: what a country's load needs, by simulation from unit costs that the
// benches measured (docs/scale.md says which and when). A working day in steps of ten seconds:
// arrivals by the hour, a morning peak, a flood from one province, and Elasticsearch away for two
// hours at the worst moment. Options: --load X (1) multiplies every rate, --collector-us,
// --engine-us, --elastic-us, --disk-bytes replace a unit cost.
import { print } from './bench-product.ts';

const STEP_S = 10;
const DAY_S = 86_400;
const DAYS_KEPT = 366;
/** Lucene's own limit of documents in a shard, and the size above which a shard is hard to move. */
const SHARD_DOCUMENTS_MAX = 2_147_483_519;
const SHARD_BYTES_MAX = 50_000_000_000;
const SHARDS_PER_NODE = 1_000;
/** Nobody plans a core to be full. */
const BUSY_SHARE = 0.6;
const COPIES = 2;

const args = process.argv.slice(2);
function option(name: string, otherwise: number): number {
  const at = args.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(args[at + 1]);
}

/** CPU of one event, us; bytes of one event. */
const cost = {
  collectorUs: option('collector-us', 43),
  engineUs: option('engine-us', 73),
  redisUs: 4,
  elasticUs: option('elastic-us', 62),
  wireBytes: 600,
  redisBytes: 90,
  diskBytes: option('disk-bytes', 200),
};
const redisBytesMax = 0.7 * 16_000_000_000;
const spoolBytesMax = 10_737_418_240;

/** Places and what each sends in the middle of a working day, events per second. */
const places = {
  communes: { count: 3_321, rate: 4 },
  provinces: { count: 34, rate: 400 },
  centre: { count: 1, rate: 600 },
};
const load = option('load', 1);

/** Share of the working day's rate at an hour of the day. */
function shareAt(hour: number): number {
  if (hour >= 7.5 && hour < 8.5) return 1.8;
  if (hour >= 8.5 && hour < 17.5) return 1;
  return hour >= 17.5 && hour < 22 ? 0.35 : 0.15;
}

function rateAt(second: number): number {
  const hour = second / 3_600;
  const middle = Object.values(places).reduce((sum, { count, rate }) => sum + count * rate, 0);
  // A scan of one province's addresses: its firewalls say twenty times as much for ten minutes.
  const isFlood = hour >= 10 && hour < 10 + 1 / 6;
  return load * (middle * shareAt(hour) + (isFlood ? 19 * places.provinces.rate : 0));
}

interface Day {
  readonly events: number;
  readonly peak: number;
  readonly queuedBytesMax: number;
  readonly spooledBytesMax: number;
  readonly catchUpS: number;
}

/** A day with so many busy cores for each part; Elasticsearch does not answer for `awayS`. */
function simulate(elasticCores: number, awayS: number): Day {
  const awayFrom = 8 * 3_600;
  const takes = (elasticCores * 1_000_000) / cost.elasticUs;
  let [events, peak, waiting, queuedBytesMax, spooledBytesMax, caughtUp] = [
    0,
    0,
    0,
    0,
    0,
    awayFrom,
  ];
  for (let second = 0; second < DAY_S; second += STEP_S) {
    const rate = rateAt(second);
    events += rate * STEP_S;
    peak = Math.max(peak, rate);
    const isAway = second >= awayFrom && second < awayFrom + awayS;
    waiting = Math.max(0, waiting + (rate - (isAway ? 0 : takes)) * STEP_S);
    const queued = Math.min(waiting * cost.redisBytes, redisBytesMax);
    queuedBytesMax = Math.max(queuedBytesMax, queued);
    const spooled = Math.round(waiting - queued / cost.redisBytes) * cost.wireBytes;
    spooledBytesMax = Math.max(spooledBytesMax, spooled);
    if (second >= awayFrom && waiting > rate * STEP_S) caughtUp = second;
  }
  return { events, peak, queuedBytesMax, spooledBytesMax, catchUpS: caughtUp - awayFrom - awayS };
}

const say = (name: string, value: number, unit: string): void => print('scale', name, value, unit);

const { peak, events } = simulate(Infinity, 0);
const cores = (us: number): number => (peak * us) / 1_000_000 / BUSY_SHARE;
say('events in a working day', events, 'events');
say('highest rate', peak, 'events/s');
say('cores of collectors', cores(cost.collectorUs), 'cores');
say('cores of engines', cores(cost.engineUs), 'cores');
say('cores of Redis (one thread)', cores(cost.redisUs), 'cores');
const elasticCores = cores(cost.elasticUs * COPIES);
say('cores of Elasticsearch, two copies', elasticCores, 'cores');
say('network into the collectors', (peak * cost.wireBytes * 8) / 1e9, 'Gbit/s');
say('network through Redis, both readers', (peak * cost.redisBytes * 3 * 8) / 1e9, 'Gbit/s');
const dayBytes = events * cost.diskBytes;
say('disk of a day, two copies', (dayBytes * COPIES) / 1e9, 'GB');
say(`disk of ${DAYS_KEPT} days, two copies`, (dayBytes * COPIES * DAYS_KEPT) / 1e12, 'TB');
const byDocuments = events / SHARD_DOCUMENTS_MAX;
const dayShards = Math.ceil(Math.max(byDocuments, dayBytes / SHARD_BYTES_MAX));
say('documents of a day in one shard against its limit', byDocuments, 'ratio');
say('shards of a day', dayShards, 'shards');
const shards = dayShards * DAYS_KEPT * COPIES;
say('nodes that the number of shards needs', Math.ceil(shards / SHARDS_PER_NODE), 'nodes');
const away = simulate(elasticCores / COPIES, 2 * 3_600);
say('Redis filled while Elasticsearch is away for 2 h', away.queuedBytesMax / 1e9, 'GB');
say('spools filled meanwhile', away.spooledBytesMax / 1e9, 'GB');
say(
  'collectors whose spools hold that',
  Math.ceil(away.spooledBytesMax / spoolBytesMax),
  'collectors',
);
say('caught up after its return', away.catchUpS / 60, 'minutes');
