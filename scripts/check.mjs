// `npm run check`: format, lint, types, architecture, unused code, tests; the same here and in CI.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { main, run, say } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { node24, root } from './node24.mjs';

const folders = ['apps', 'libs', 'test', 'scripts', 'deploy'].filter((folder) =>
  existsSync(join(root, folder)),
);
const consoleConfig = 'apps/console/tsconfig.json';
const cruise = [
  'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
  '--config',
  '.dependency-cruiser.cjs',
];
const tsc = ['node_modules/typescript/bin/tsc', '--noEmit', '-p'];

const steps = [
  ['format', ['node_modules/oxfmt/bin/oxfmt', '--check', ...folders]],
  ['lint', ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', ...folders]],
  ['types', [...tsc, 'tsconfig.json']],
  ...(existsSync(join(root, consoleConfig)) ? [['types of console', [...tsc, consoleConfig]]] : []),
  ['architecture', [...cruise, ...folders.filter((folder) => folder !== 'deploy')]],
  ['unused code', ['node_modules/knip/bin/knip.js', '--tsConfig', 'tsconfig.knip.json']],
  ['tests', ['scripts/test.mjs']],
];

await main(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const only = process.argv.slice(2);
  const chosen = steps.filter(([name]) => only.length === 0 || only.includes(name));
  const rows = [];
  for (const [name, args] of chosen) {
    say(name);
    const started = performance.now();
    const { code } = await run(node24(), args, { cwd: root, stdio: ['ignore', 1, 2] });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    rows.push(`${code === 0 ? 'passed' : 'FAILED'}  ${name.padEnd(18)}${seconds.padStart(8)} s`);
    if (code !== 0) process.exitCode = 1;
  }
  process.stdout.write(`\n${rows.join('\n')}\n`);
});
