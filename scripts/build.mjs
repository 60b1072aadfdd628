// Builds what changed since the last build: the server with tsc, the console with Vite.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { main, runOrFail, say } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { node24, root } from './node24.mjs';
import { withProjectLock } from './project-lock.mjs';

const dist = join(root, 'dist');
const hashFile = join(dist, '.build-hash');
const shared = ['package.json', 'package-lock.json', 'tsconfig.json'];
const testCode = /\.(test|contract)\.tsx?$/;
const source = /\.tsx?$/;

const parts = [
  {
    name: 'server',
    result: 'dist/apps/standalone/main.js',
    inputs: () => [...shared, 'tsconfig.build.json', ...serverFiles()],
    async build() {
      // Without the record of an earlier build tsc writes every file, also those that someone
      // deleted.
      if (!existsSync(join(root, this.result))) removeQuietly('.build.tsbuildinfo');
      await tool('tsc', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
      removeOutputsWithoutSource();
      copyDataFiles();
    },
  },
  {
    name: 'console',
    result: 'dist/console/index.html',
    inputs: () =>
      existsSync(join(root, 'apps/console/vite.config.ts'))
        ? [...shared, ...filesUnder('apps/console'), ...filesUnder('libs')]
        : undefined,
    build: () =>
      tool('vite build', 'node_modules/vite/bin/vite.js', [
        'build',
        '--config',
        'apps/console/vite.config.ts',
        '--logLevel',
        'warn',
      ]),
  },
];

/** Brings dist in line with the sources; a failed build leaves its part marked as unbuilt. */
export async function ensureBuilt() {
  if (outdated().length === 0) return;
  await withProjectLock(async () => {
    const started = performance.now();
    const todo = outdated();
    if (todo.length === 0) return;
    say(`building ${todo.map(({ part }) => part.name).join(' and ')}`);
    record(Object.fromEntries(todo.map(({ part }) => [part.name, undefined])));
    const results = await Promise.allSettled(
      todo.map(async ({ part, hash }) => {
        await part.build();
        return [part.name, hash];
      }),
    );
    record(Object.fromEntries(results.flatMap(({ value }) => (value ? [value] : []))));
    for (const { reason } of results) if (reason) throw reason;
    say(`built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  });
}

function outdated() {
  const built = readRecord();
  return parts.flatMap((part) => {
    const inputs = part.inputs();
    if (inputs === undefined) return [];
    const hash = hashOf(inputs);
    const current = built[part.name] === hash && existsSync(join(root, part.result));
    return current ? [] : [{ part, hash }];
  });
}

function readRecord() {
  return existsSync(hashFile) ? JSON.parse(readFileSync(hashFile, 'utf8')) : {};
}

function record(changes) {
  mkdirSync(dist, { recursive: true });
  writeFileSync(hashFile, `${JSON.stringify({ ...readRecord(), ...changes })}\n`);
}

function serverFiles() {
  return [...filesUnder('apps'), ...filesUnder('libs')].filter(
    (path) => !path.startsWith('apps/console/'),
  );
}

function filesUnder(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !testCode.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .toSorted();
}

function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function removeOutputsWithoutSource() {
  const wanted = new Set(serverFiles().map((path) => path.replace(/\.tsx?$/, '.js')));
  for (const folder of ['apps', 'libs']) {
    for (const path of filesUnder(`dist/${folder}`)) {
      if (!wanted.has(path.slice('dist/'.length))) rmSync(join(root, path));
    }
  }
}

function copyDataFiles() {
  for (const path of serverFiles()) {
    if (source.test(path)) continue;
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    copyFileSync(join(root, path), join(dist, path));
  }
}

function removeQuietly(name) {
  rmSync(join(dist, name), { force: true });
}

function tool(what, program, args) {
  return runOrFail(what, node24(), [program, ...args], { cwd: root });
}

if (process.argv[1] === import.meta.filename) {
  await main(async () => {
    await ensureInstalled();
    await ensureBuilt();
  });
}
