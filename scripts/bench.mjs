// `npm run bench -- NAME [OPTIONS]`: one benchmark; without a name, the names.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { become, main, say } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { node24, root } from './node24.mjs';

const folder = join(root, 'test', 'bench');
const suffix = '.bench.ts';
const names = existsSync(folder)
  ? readdirSync(folder)
      .filter((file) => file.endsWith(suffix))
      .map((file) => file.slice(0, -suffix.length))
      .toSorted()
  : [];

await main(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name === '--help') {
    process.stdout.write(names.map((each) => `${each}\n`).join(''));
    return;
  }
  if (!names.includes(name)) {
    say(`there is no benchmark "${name}"; there are: ${names.join(', ') || 'none yet'}`);
    process.exit(2);
  }
  await ensureInstalled();
  // Benchmarks of the whole product start the built one; those of a lib run its source, types
  // stripped by Node.
  await ensureBuilt();
  const flags = ['--conditions=source', '--expose-gc', '--disable-warning=ExperimentalWarning'];
  await become(node24(), [...flags, join(folder, `${name}${suffix}`), ...args]);
});
