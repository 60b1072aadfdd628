import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { root } from './sources.ts';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Description {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const description = json<Description>('package.json');
const { packages } = json<{ packages: Record<string, Locked> }>('package-lock.json');

function json<T>(path: string): T {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as T;
}

describe('the packages', () => {
  it('are wanted in one exact version each, the one that is locked', () => {
    const { dependencies, devDependencies, optionalDependencies } = description;
    const wanted = { ...dependencies, ...devDependencies, ...optionalDependencies };
    const loose = Object.entries(wanted).filter(
      ([name, version]) => packages[`node_modules/${name}`]?.version !== version,
    );
    expect(loose).toEqual([]);
  });

  it('of other platforms are in the lock file, so that npm ci takes it (npm run lock:complete)', () => {
    const locked = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
    const missing = Object.values(packages)
      .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
      .filter((name) => !locked.has(name));
    expect(missing).toEqual([]);
  });

  it('are locked by content, except optional ones of other platforms, and name no registry', () => {
    const unchecked = Object.entries(packages).filter(
      ([path, { integrity, optional, resolved }]) =>
        path !== '' && ((integrity === undefined && optional !== true) || resolved !== undefined),
    );
    expect(unchecked.map(([path]) => path)).toEqual([]);
  });

  it('start no command that outlives a signal to npm', () => {
    // npm signals `sh -c`, which does not pass it on: the shell must become the command.
    const named = ['start', 'test', 'test:faults', 'check', 'bench', 'build'];
    expect(named.filter((name) => !description.scripts[name]?.startsWith('exec '))).toEqual([]);
  });
});
