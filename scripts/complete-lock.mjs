// Completes package-lock.json after `npm install`.
//
// Where the registry in use does not offer the optional packages of other platforms, npm leaves
// them out of the lock
// file, and `npm ci` then refuses it ("Missing: … from lock file"). This adds an entry for each of
// them. The entries carry
// NO INTEGRITY: what npm installs for such a platform is not checked against a hash until someone
// runs `npm install` there.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main, say } from './child.mjs';
import { root } from './node24.mjs';

const systems = ['linux', 'darwin', 'win32', 'freebsd', 'openharmony', 'android', 'openbsd'];
const processors = [
  'arm64',
  'x64',
  'arm',
  'ia32',
  'ppc64',
  's390x',
  'riscv64',
  'loong64',
  'wasm32',
];

await main(() => {
  const file = join(root, 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const { packages } = lock;
  let added = 0;
  for (const [parent, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(optionalDependencies)) {
      if (isResolved(packages, parent, name)) continue;
      const version = /^\d+\.\d+\.\d+\S*$/.test(range) ? range : range.replace(/^[\^~]/, '');
      packages[`node_modules/${name}`] = {
        version,
        ...platformOf(name),
        ...(dev ? { dev } : {}),
        optional: true,
      };
      added += 1;
    }
  }
  const [own, ...others] = Object.entries(packages);
  others.sort(([a], [b]) => a.localeCompare(b, 'en'));
  lock.packages = Object.fromEntries([own, ...others]);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  say(`package-lock.json: ${added} entries for other platforms added`);
});

function isResolved(packages, parent, name) {
  for (let folder = parent; ;) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true;
    if (folder === '') return false;
    const cut = folder.lastIndexOf('/node_modules/');
    folder = cut === -1 ? '' : folder.slice(0, cut);
  }
}

function platformOf(name) {
  const words = name.split('/').at(-1).split('-');
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) =>
    words.some((word) => word === processor || (processor === 'arm' && /^arm(v\d)?$/.test(word))),
  );
  const abi = words.at(-1);
  const libc = abi.startsWith('musl') ? ['musl'] : abi.startsWith('gnu') ? ['glibc'] : undefined;
  return {
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(os.length > 0 ? { os } : {}),
    ...(libc && os.includes('linux') ? { libc } : {}),
  };
}
