#!/usr/bin/env node
// `npx thapcanh VERB`: the command line, installed and built when missing; otherwise as quiet as
// the program itself.
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { become, main } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { node24, root } from './node24.mjs';

await main(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const program = join(root, 'dist', 'apps', 'cli', 'main.js');
  await become(node24(), [program, ...process.argv.slice(2)]);
});
