// `npm start [-- OPTIONS]`: installs and builds what is missing, then becomes the product in one
// process.
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { become, main } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { node24, root } from './node24.mjs';

await main(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const program = join(root, 'dist', 'apps', 'standalone', 'main.js');
  // Room for the young objects of its main thread, MiB: more of it is memory and saves no work.
  await become(node24(), ['--max-semi-space-size=8', program, ...process.argv.slice(2)]);
});
