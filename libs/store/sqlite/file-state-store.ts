import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { PermanentError, sha256 } from '#libs/model';

import { StateStore } from '../ports.ts';

/**
 * What a file begins with: this word, its format, position, length and check sum, as one line of
 * JSON.
 */
interface Head {
  readonly state: 'thapcanh';
  readonly format: number;
  readonly position: number;
  readonly bytes: number;
  readonly sha256: string;
}

const FORMAT = 1;
const NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/;
const NEWLINE = 10;

/**
 * Snapshots as files of a folder, each replaced as a whole. Saves of one name happen one after
 * another.
 */
export class FileStateStore extends StateStore {
  readonly #folder: string;
  readonly #saving = new Map<string, Promise<void>>();

  /** `folder` is made when the first snapshot is saved. */
  constructor(folder: string) {
    super();
    this.#folder = folder;
  }

  save(name: string, position: number, snapshot: Uint8Array): Promise<void> {
    const before = this.#saving.get(name) ?? Promise.resolve();
    const saved = before.catch(() => undefined).then(() => this.#write(name, position, snapshot));
    this.#saving.set(name, saved);
    return saved;
  }

  async load(
    name: string,
  ): Promise<{ readonly position: number; readonly snapshot: Uint8Array } | undefined> {
    const file = this.#file(name);
    const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (content === undefined) return undefined;
    const end = content.indexOf(NEWLINE);
    const head = readHead(content.subarray(0, Math.max(end, 0)).toString('utf8'), file);
    const snapshot = new Uint8Array(content.subarray(end + 1));
    if (snapshot.length !== head.bytes || sha256(snapshot) !== head.sha256) {
      throw new Error(`state file ${file} is damaged: its check sum does not fit`);
    }
    return { position: head.position, snapshot };
  }

  async #write(name: string, position: number, snapshot: Uint8Array): Promise<void> {
    const file = this.#file(name);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const head: Head = {
      state: 'thapcanh',
      format: FORMAT,
      position,
      bytes: snapshot.length,
      sha256: sha256(snapshot),
    };
    const handle = await open(`${file}.new`, 'w', 0o600);
    try {
      await handle.writeFile(Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), snapshot]));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
    await syncFolder(this.#folder);
  }

  #file(name: string): string {
    if (!NAME.test(name)) throw new PermanentError(`"${name}" can not name a state`);
    return join(this.#folder, `${name}.state`);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function readHead(line: string, file: string): Head {
  let head: Partial<Head>;
  try {
    head = JSON.parse(line) as Partial<Head>;
  } catch (cause) {
    throw new Error(`state file ${file} is damaged: it has no head`, { cause });
  }
  if (head.state !== 'thapcanh' || head.format !== FORMAT) {
    throw new Error(`state file ${file} has format ${head.format}; this version reads ${FORMAT}`);
  }
  return head as Head;
}
