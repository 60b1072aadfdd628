import { accessSync, constants, existsSync, readFileSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that some tests need beside the product. */
export type Part = 'redis' | 'elasticsearch' | 'chromium' | 'rsyslog';

const debianPackage: Record<Part, string> = {
  redis: 'redis-server',
  elasticsearch: 'maven default-jdk-headless libzstd1',
  chromium: 'chromium',
  rsyslog: 'rsyslog rsyslog-relp rsyslog-elasticsearch',
};

/** Absolute path of an executable, or undefined. Looks in sbin too, where daemons live. */
export function programPath(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** A Java development kit; a plain runtime cannot run a source file. */
export interface Jdk {
  readonly home: string;
  readonly major: number;
}

/** Every development kit of this machine, newest first, JAVA_HOME before all. */
export function installedJdks(): Jdk[] {
  const folder = '/usr/lib/jvm';
  const homes = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const found = homes.flatMap(jdkAt).toSorted((a, b) => b.major - a.major);
  const chosen = process.env['JAVA_HOME'];
  return [...(chosen === undefined ? [] : jdkAt(chosen)), ...found];
}

function jdkAt(home: string): Jdk[] {
  const release = join(home, 'release');
  if (!existsSync(join(home, 'bin', 'javac')) || !existsSync(release)) return [];
  const version = /JAVA_VERSION="(\d+)/.exec(readFileSync(release, 'utf8'))?.[1];
  return version === undefined ? [] : [{ home, major: Number(version) }];
}

/** Path of a shared library in Debian's folders (also the one per architecture), or undefined. */
export function libraryPath(path: string): string | undefined {
  const base = '/usr/lib';
  if (!existsSync(base)) return undefined;
  const folders = readdirSync(base).filter((name) => name.endsWith('-linux-gnu'));
  return ['', ...folders].map((name) => join(base, name, path)).find((each) => existsSync(each));
}

const isThere: Record<Part, () => boolean> = {
  redis: () => programPath('redis-server') !== undefined,
  elasticsearch: () =>
    Boolean(process.env['ELASTICSEARCH_URL']) ||
    (programPath('mvn') !== undefined &&
      installedJdks().some(({ major }) => major >= 17) &&
      libraryPath('libzstd.so.1') !== undefined),
  chromium: () => programPath('chromium') !== undefined,
  rsyslog: () => programPath('rsyslogd') !== undefined,
};

/**
 * Whether tests that need the part must be skipped here: `describe.skipIf(isMissing('chromium'))`.
 * Says so
 * loudly. In CI nothing is skipped: there a missing part is an error.
 */
export function isMissing(part: Part): boolean {
  if (isThere[part]()) return false;
  const message = `${part} is missing here (Debian: apt-get install ${debianPackage[part]})`;
  if (process.env['CI'] === 'true') throw new Error(message);
  console.warn(`SKIPPED: ${message}`);
  return true;
}
