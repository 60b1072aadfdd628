import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { foldersIn, root, sourcesIn } from './sources.ts';

// Adding a folder here is a decision: say in docs/architecture.md what it is for.
const layout: Record<string, string> = {
  '.': 'apps libs rules deploy test docs scripts .ci',
  apps: 'collector engine server standalone forwarder cli console',
  libs:
    'model protocol sigma input spool decode normalize handover store detect correlate alerting ' +
    'incident availability notify report schedule auth audit backup coordination config telemetry platform',
  test: 'model oracle acceptance architecture rules bench support services browser faults',
};
// What a run leaves in the top folder.
const madeByRunning = ['data', '.git', '.github', '.vscode', '.idea'];

describe('the layout', () => {
  it.each(Object.keys(layout))('of %s holds only folders with a stated purpose', (folder) => {
    const known = layout[folder]?.split(' ') ?? [];
    const stray = foldersIn(folder)
      .filter((name) => !known.includes(name))
      .filter((name) => folder !== '.' || !madeByRunning.includes(name));
    expect(stray).toEqual([]);
  });

  it('gives every lib one door, its index.ts', () => {
    const closed = foldersIn('libs')
      .filter((name) => sourcesIn(`libs/${name}`).length > 0)
      .filter((name) => !existsSync(join(root, 'libs', name, 'index.ts')));
    expect(closed).toEqual([]);
  });

  it('keeps code out of rules', () => {
    expect(sourcesIn('rules').map(({ path }) => path)).toEqual([]);
  });

  it('builds every app that nest-cli.json names, and names every app that Nest runs', async () => {
    const { default: nest } = (await import(join(root, 'nest-cli.json'), {
      with: { type: 'json' },
    })) as { default: { projects: Record<string, { root: string; type: string }> } };
    const named = Object.entries(nest.projects).map(([name, project]) => {
      expect(existsSync(join(root, project.root, 'main.ts')), `${name} has a main.ts`).toBe(true);
      return project.root;
    });
    const run = foldersIn('apps')
      .map((name) => `apps/${name}`)
      .filter((folder) => sourcesIn(folder).some(({ name }) => name.endsWith('.module.ts')))
      .filter((folder) => existsSync(join(root, folder, 'main.ts')));
    expect(named.toSorted()).toEqual(run.toSorted());
  });
});
