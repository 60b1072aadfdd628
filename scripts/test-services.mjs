// The programs that the tests drive besides the product. On Debian, as root, missing ones are
// installed; anywhere else
// they are named, and the tests that need them say that they are skipped (with CI=true they fail).
import { accessSync, constants, existsSync, readFileSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, say } from './child.mjs';

const libraryFolders = ['/usr/lib', '/usr/local/lib'];

const needs = [
  { what: 'redis-server', packages: ['redis-server'], found: () => onPath('redis-server') },
  { what: 'chromium', packages: ['chromium'], found: () => onPath('chromium') },
  { what: 'rsyslog', packages: ['rsyslog'], found: () => onPath('rsyslogd') },
  { what: 'rsyslog RELP', packages: ['rsyslog-relp'], found: () => library('rsyslog/omrelp.so') },
  {
    what: 'rsyslog Elasticsearch output',
    packages: ['rsyslog-elasticsearch'],
    found: () => library('rsyslog/omelasticsearch.so'),
  },
  { what: 'Maven', packages: ['maven'], found: () => onPath('mvn') },
  { what: 'zstd library', packages: ['libzstd1'], found: () => library('libzstd.so.1') },
  { what: 'JDK 17 or newer', packages: ['default-jdk-headless'], found: hasJdk },
];

/**
 * Installs what is missing where that is possible; never fails, the tests report what stays
 * missing.
 */
export async function ensureTestServices() {
  const missing = needs.filter(({ found }) => !found());
  if (missing.length === 0) return;
  const packages = missing.flatMap((need) => need.packages);
  if (!canInstall()) {
    say(`missing for some tests: ${missing.map(({ what }) => what).join(', ')}`);
    say(`on Debian: apt-get install --no-install-recommends ${packages.join(' ')}`);
    return;
  }
  say(`installing for the tests: ${packages.join(' ')}`);
  // RUNLEVEL keeps the packages from starting their services: the tests start their own, on free
  // ports.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await run('apt-get', ['update', '-qq'], { env });
  const flags = ['-y', '-qq', '--no-install-recommends'];
  const { code } = await run('apt-get', ['install', ...flags, ...packages], { env });
  if (code !== 0) say('apt-get did not install all of it; the tests say what they miss');
}

function canInstall() {
  const isDebian = existsSync('/etc/debian_version') && onPath('apt-get');
  return isDebian && process.getuid?.() === 0;
}

function onPath(program) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .concat('/usr/sbin', '/sbin')
    .some((folder) => {
      try {
        accessSync(join(folder, program), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

// Debian keeps libraries in a folder per architecture (/usr/lib/x86_64-linux-gnu).
function library(path) {
  return libraryFolders.some(
    (folder) =>
      existsSync(join(folder, path)) ||
      (existsSync(folder) &&
        readdirSync(folder).some(
          (name) => name.endsWith('-linux-gnu') && existsSync(join(folder, name, path)),
        )),
  );
}

function hasJdk() {
  const installed = existsSync('/usr/lib/jvm')
    ? readdirSync('/usr/lib/jvm').map((name) => join('/usr/lib/jvm', name))
    : [];
  return [process.env.JAVA_HOME, ...installed].some((home) => {
    if (!home || !existsSync(join(home, 'bin', 'javac'))) return false;
    const release = join(home, 'release');
    const version = existsSync(release)
      ? /JAVA_VERSION="(\d+)/.exec(readFileSync(release, 'utf8'))?.[1]
      : undefined;
    return Number(version) >= 17;
  });
}
