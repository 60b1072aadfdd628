import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { replaceFile } from './durable-file.ts';

/** Format of the data folder as a whole. */
const DATA_FORMAT = 1;

const FORMAT_FILE = 'format.json';
/** What the product or the system may have put there before the format is written. */
const HARMLESS = new Set(['lost+found', 'lock', 'thapcanh.lock', '.lock']);

/**
 * Moves a folder from the format before `to` to `to`. It may be stopped half way and is then run
 * again.
 */
export interface Migration {
  readonly to: number;
  run(folder: string): void;
}

export type DataFolderCheck =
  | { readonly ok: true; readonly state: 'fresh' | 'current' | 'migrated'; readonly format: number }
  | {
      readonly ok: false;
      readonly reason: 'newer_format' | 'not_ours' | 'damaged_format';
      readonly message: string;
      readonly messageVi: string;
    };

/**
 * Looks whether this version may use a data folder: makes a fresh one, migrates an older one step
 * by step, refuses a newer one and a folder of somebody else's files. Call it under the folder's
 * lock, before anything else in it.
 */
export function checkDataFolder(
  folder: string,
  migrations: readonly Migration[] = [],
  supported: number = DATA_FORMAT,
): DataFolderCheck {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, FORMAT_FILE);
  if (!existsSync(file)) {
    if (readdirSync(folder).some((name) => !HARMLESS.has(name))) return notOurs(folder);
    writeFormat(file, supported);
    return { ok: true, state: 'fresh', format: supported };
  }
  const format = readFormat(file);
  if (format === undefined) return damaged(file);
  if (format > supported) return newer(folder, format, supported);
  if (format === supported) return { ok: true, state: 'current', format };
  for (const migration of migrations.toSorted((a, b) => a.to - b.to)) {
    const { to } = migration;
    if (to <= format || to > supported) continue;
    migration.run(folder);
    writeFormat(file, to);
  }
  const reached = readFormat(file);
  if (reached !== supported) throw new Error(`no migration leads from ${reached} to ${supported}`);
  return { ok: true, state: 'migrated', format: supported };
}

function writeFormat(file: string, format: number): void {
  replaceFile(file, `${JSON.stringify({ product: 'thapcanh', format })}\n`);
}

function readFormat(file: string): number | undefined {
  try {
    const { product, format } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    return product === 'thapcanh' && Number.isInteger(format) ? Number(format) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function notOurs(folder: string): DataFolderCheck {
  return {
    ok: false,
    reason: 'not_ours',
    message: `${folder} holds files but no ${FORMAT_FILE}: it is not a data folder. Name an empty one.`,
    messageVi: `${folder} có tệp nhưng không có ${FORMAT_FILE}: đây không phải thư mục dữ liệu. Hãy chọn một thư mục trống.`,
  };
}

function damaged(file: string): DataFolderCheck {
  return {
    ok: false,
    reason: 'damaged_format',
    message: `${file} can not be read. Bring it back from a backup.`,
    messageVi: `Không đọc được ${file}. Hãy khôi phục từ bản sao lưu.`,
  };
}

function newer(folder: string, format: number, supported: number): DataFolderCheck {
  return {
    ok: false,
    reason: 'newer_format',
    message: `${folder} has format ${format}, written by a newer version; this one reads up to ${supported}.`,
    messageVi: `${folder} có định dạng ${format} do phiên bản mới hơn ghi; phiên bản này đọc được đến ${supported}.`,
  };
}
