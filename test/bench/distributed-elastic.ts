// The part of bench `distributed` that speaks of Elasticsearch: what the event store costs Node
// when
// the other side accepts everything, and how near it comes to a bare bulk loader on a real node:
// same node, same mapping, same documents, in turns.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { newFields, SystemClock, type Batch, type Body } from '#libs/model';
import { createRegister, normalizeSettings } from '#libs/normalize';

import { BodyDecoder } from '../../apps/collector/pipeline/decode-body.ts';
import { DocumentsParked } from '../../libs/store/parked.ts';
import { documentOf } from '../../libs/store/elastic/event-document.ts';
import { Connection, ElasticEventStore } from '../../libs/store/elastic/index.ts';
import { eventNames } from '../../libs/store/elastic/layout.ts';
import { startOwnElasticsearch } from '../support/elasticsearch.ts';
import { MemoryDocuments } from '../support/memory-documents.ts';
import { mixLines } from './line-mix.ts';

const BATCH = 500;
/** Batches that are appended at once, as the jobs of an indexer are. */
const LANES = 16;
/** Requests of the bare loader under way, each of as much text as the store sends. */
const LOADERS = 4;
const LOADER_CHARS = 3_000_000;
const ACCEPT = '--accept-everything';
const DAY_MS = 86_400_000;

/** Says one figure. */
type Say = (name: string, value: number, unit: string) => void;

export interface ElasticBenchOptions {
  /** Events of one turn against the real node. */
  readonly events: number;
  /** Turns of either side; none: the real node is not started. */
  readonly rounds: number;
}

/** Events as the collector makes them of the mix that localities send. */
function batchesOf(events: number, now: number): Batch[] {
  const register = createRegister([], []);
  const decoder = new BodyDecoder(
    normalizeSettings({ spoolId: 'bench', maskKey: Buffer.alloc(32, 7), register }),
  );
  const batches: Batch[] = [];
  for (let at = 0; at < events; at += BATCH) {
    const body: Body = {
      header: { input: 'http', format: 'ndjson', received: now, encoding: 'identity' },
      bytes: Buffer.from(`${mixLines(BATCH, now).join('\n')}\n`),
      position: at + 1,
    };
    batches.push(decoder.decode(body, at + BATCH).batch);
  }
  return batches;
}

function openStore(url: string, prefix: string) {
  const connection = new Connection({ urls: [url], prefix });
  const clock = new SystemClock();
  const parked = new DocumentsParked(new MemoryDocuments(), clock);
  return { connection, parked, store: new ElasticEventStore(connection, { clock, parked }) };
}

async function appendAll(store: ElasticEventStore, batches: readonly Batch[]): Promise<void> {
  const left = batches.values();
  const lane = async (): Promise<void> => {
    for (const batch of left) await store.append(batch);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Node's CPU for one event when nothing holds it up; the other side is another process. */
async function measureNode(batches: readonly Batch[], say: Say): Promise<void> {
  const child = fork(import.meta.filename, [ACCEPT], { execArgv: process.execArgv });
  const [port] = (await once(child, 'message')) as [number];
  const { connection, store } = openStore(`http://127.0.0.1:${port}`, 'bench-');
  try {
    await appendAll(store, batches);
    const start = process.cpuUsage();
    await appendAll(store, batches);
    const { user, system } = process.cpuUsage(start);
    const events = batches.reduce((sum, batch) => sum + batch.events.length, 0);
    const us = (user + system) / events;
    say('index, Node CPU with a store that accepts everything', us, 'us/event');
    say('index, events of one core', 1_000_000 / us, 'events/s');
  } finally {
    await store.close();
    await connection.close();
    child.kill();
  }
}

/** Lines of bulk requests for the same documents in indices of another prefix. */
function bodiesOf(batches: readonly Batch[], prefix: string): string[] {
  const names = eventNames(prefix);
  const bodies: string[] = [];
  let body = '';
  for (const { events } of batches) {
    for (const event of events) {
      const index = names.index(Math.floor(event.time / DAY_MS));
      const action = `{"create":{"_index":"${index}","_id":"${event.id}"}}`;
      body += `${action}\n${documentOf(event)}\n`;
      if (body.length < LOADER_CHARS) continue;
      bodies.push(body);
      body = '';
    }
  }
  return body === '' ? bodies : [...bodies, body];
}

async function loadBare(url: string, bodies: readonly string[]): Promise<void> {
  const left = bodies.values();
  const lane = async (): Promise<void> => {
    for (const body of left) {
      const reply = await fetch(`${url}/_bulk?filter_path=errors`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body,
      });
      const { errors } = (await reply.json()) as { errors: boolean };
      if (!reply.ok || errors) throw new Error(`the bare loader was answered ${reply.status}`);
    }
  };
  await Promise.all(Array.from({ length: LOADERS }, lane));
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

/**
 * Turn by turn, each with fresh indices and events: the loader, the store, the store, the loader.
 */
async function measureReal(
  url: string,
  { events, rounds }: ElasticBenchOptions,
  say: Say,
): Promise<void> {
  const seconds = { bare: 0, store: 0 };
  let stored = 0;
  for (let round = 0; round < rounds; round++) {
    const batches = batchesOf(events, Date.now());
    const count = batches.reduce((sum, batch) => sum + batch.events.length, 0);
    const { connection, store } = openStore(url, `turn${round}-store-`);
    const other = openStore(url, `turn${round}-bare-`);
    await store.checkTemplate();
    await other.store.checkTemplate();
    const bodies = bodiesOf(batches, other.connection.prefix);
    const turns = {
      bare: () => loadBare(url, bodies),
      store: () => appendAll(store, batches),
    };
    const order = round % 2 === 0 ? (['bare', 'store'] as const) : (['store', 'bare'] as const);
    for (const turn of order) seconds[turn] += await secondsOf(turns[turn]);
    stored += count;
    for (const one of [store, other.store]) await one.dropBefore(Date.now() + 2 * DAY_MS);
    for (const one of [store, other.store]) await one.close();
    for (const one of [connection, other.connection]) await one.close();
  }
  const [bare, product] = [stored / seconds.bare, stored / seconds.store];
  say('index into the real Elasticsearch', product, 'events/s');
  say('bare bulk loader into the same node', bare, 'events/s');
  say('index against the bare loader', product / bare, 'ratio');
}

/** All figures of this part; starts and stops what it needs. */
export async function elasticFigures(options: ElasticBenchOptions, say: Say): Promise<void> {
  await measureNode(batchesOf(Math.min(options.events, 100_000), Date.now()), say);
  if (options.rounds === 0) return;
  const undos: (() => Promise<void> | void)[] = [];
  try {
    const server = await startOwnElasticsearch((undo) => undos.push(undo));
    // Once over, so that neither turn pays for a cold server.
    await measureReal(
      server.url,
      { events: Math.min(options.events, 20_000), rounds: 1 },
      () => {},
    );
    await measureReal(server.url, options, say);
  } finally {
    for (const undo of undos.toReversed()) await undo();
  }
}

/** The store that accepts everything: as many successes as there are documents. */
function acceptEverything(): void {
  const known = newFields();
  const server = createServer((request, response) => {
    let lines = 0;
    request.on('data', (chunk: Buffer) => {
      for (const byte of chunk) if (byte === 10) lines += 1;
    });
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.setHeader('x-elastic-product', 'Elasticsearch');
      const items = Array.from({ length: lines / 2 }, () => '{"create":{"status":201}}').join(',');
      const isBulk = request.url?.startsWith('/_bulk') === true;
      response.end(isBulk ? `{"errors":false,"items":[${items}]}` : JSON.stringify(known));
    });
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.once('disconnect', () => server.close());
}

if (process.argv.includes(ACCEPT)) acceptEverything();
else if (import.meta.main) {
  const rounds = Number(process.env['BENCH_ROUNDS'] ?? 2);
  await elasticFigures({ events: 60_000, rounds }, (name, value, unit) => {
    const figure = { bench: 'distributed', name, value: Number(value.toPrecision(4)), unit };
    process.stdout.write(`${JSON.stringify(figure)}\n`);
  });
}
