import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/**
 * When the process that wrote the spool was last seen alive, and up to where it had written
 * durably.
 */
export interface LastSeen {
  /** Ms since the epoch. */
  readonly at: number;
  readonly end: number;
}

const LENGTH = 20;

/**
 * A small file that says "alive at, end"; not synced: it must survive the end of the process, not
 * of the machine.
 */
export class AliveMark {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Opens the mark and gives what the process before left in it, if it is whole. */
  static async open(path: string): Promise<{ mark: AliveMark; last: LastSeen | undefined }> {
    const file = await open(path, 'a+', 0o600).then(async (made) => {
      await made.close();
      return open(path, 'r+');
    });
    const buffer = Buffer.alloc(LENGTH);
    const { bytesRead } = await file.read(buffer, 0, LENGTH, 0);
    const whole = bytesRead === LENGTH && buffer.readUInt32LE(16) === crc32(buffer.subarray(0, 16));
    const last = whole ? { at: buffer.readDoubleLE(0), end: buffer.readDoubleLE(8) } : undefined;
    return { mark: new AliveMark(file), last };
  }

  async write(seen: LastSeen): Promise<void> {
    const buffer = Buffer.alloc(LENGTH);
    buffer.writeDoubleLE(seen.at, 0);
    buffer.writeDoubleLE(seen.end, 8);
    buffer.writeUInt32LE(crc32(buffer.subarray(0, 16)), 16);
    await this.#file.write(buffer, 0, LENGTH, 0);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
