import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';

import type { Redis } from 'ioredis';

import type { RedisLink } from '#libs/coordination/redis';

import { StateStore } from '../ports.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,99}$/;
const BYTES_MAX = 1_073_741_824;

// KEYS state; ARGV fence, position, snapshot. A former owner's fence is lower.
const SAVE = `
local fence = tonumber(redis.call('HGET', KEYS[1], 'fence') or '0')
if tonumber(ARGV[1]) < fence then return 0 end
redis.call('HSET', KEYS[1], 'fence', ARGV[1], 'position', ARGV[2], 'snapshot', ARGV[3])
return 1`;

const compress = promisify(zstdCompress);
const inflate = promisify(zstdDecompress);

/** The name is another's now: its owner has a higher fencing number. */
export class FencedOff extends Error {
  override readonly name = 'FencedOff';
}

/** Snapshots in Redis, that every process reaches; under zstd, replaced as a whole. */
export class RedisStateStore extends StateStore {
  readonly #link: RedisLink;
  readonly #redis: Redis;
  readonly #fence: number;
  readonly #saving = new Map<string, Promise<void>>();

  /** Saves throw `FencedOff` once somebody saved under a higher fence than this. */
  constructor(link: RedisLink, redis: Redis, fence = 0) {
    super();
    this.#link = link;
    this.#redis = redis;
    this.#fence = fence;
  }

  async save(name: string, position: number, snapshot: Uint8Array): Promise<void> {
    const key = this.#key(name);
    const before = this.#saving.get(name) ?? Promise.resolve();
    const saved = before
      .catch(() => undefined)
      .then(() => this.#write(name, key, position, snapshot));
    this.#saving.set(name, saved);
    await saved;
  }

  async #write(name: string, key: string, position: number, snapshot: Uint8Array): Promise<void> {
    const packed = await compress(snapshot);
    const saved = await this.#redis.eval(SAVE, 1, key, this.#fence, position, packed);
    if (saved !== 1) throw new FencedOff(`${name} has a newer owner than ${this.#fence}`);
  }

  async load(name: string): Promise<{ position: number; snapshot: Uint8Array } | undefined> {
    const [position, packed] = await this.#redis.hmgetBuffer(
      this.#key(name),
      'position',
      'snapshot',
    );
    if (!position || !packed) return undefined;
    const snapshot = await inflate(packed, { maxOutputLength: BYTES_MAX });
    return { position: Number(position.toString()), snapshot: Uint8Array.from(snapshot) };
  }

  #key(name: string): string {
    if (!NAME.test(name)) throw new TypeError(`'${name}' is no name of a state`);
    return this.#link.key('state', name);
  }
}
