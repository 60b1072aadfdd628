import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { suiteCleanUp, type CleanUp } from '../support/clean-up.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');

/** The violations, each as `rule: from → to`. */
function violationsIn(folder: string): string[] {
  const folders = ['apps', 'libs', 'test'].filter((name) => existsSync(join(folder, name)));
  const run = spawnSync(
    process.execPath,
    [cruiser, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...folders],
    { cwd: folder, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  if (run.stdout === '') throw new Error(`dependency-cruiser said: ${run.stderr}`);
  const { summary } = JSON.parse(run.stdout) as {
    summary: {
      totalCruised: number;
      violations: { from: string; to: string; rule: { name: string } }[];
    };
  };
  expect(summary.totalCruised).toBeGreaterThan(0);
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}

/** A project of the same rules that holds only the given files. */
function projectOf(cleanUp: CleanUp, files: Record<string, string>): string {
  const folder = tempFolder(cleanUp);
  for (const name of ['.dependency-cruiser.cjs', 'package.json', 'tsconfig.json']) {
    cpSync(join(root, name), join(folder, name));
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe('imports', () => {
  const cleanUp = suiteCleanUp();

  it('follow the rules of docs/architecture.md', () => {
    expect(violationsIn(root)).toEqual([]);
  });

  describe('a rule catches', () => {
    const mistakes: [rule: string, file: string, text: string][] = [
      ['stage-imports-no-stage', 'libs/detect/stage.ts', "import '#libs/correlate';"],
      ['stage-imports-no-stage', 'libs/input/type.ts', "import type { A } from '#libs/spool';"],
      ['free-libs-stay-below', 'libs/store/above.ts', "import '#libs/detect';"],
      ['model-stands-alone', 'libs/model/above.ts', "import '#libs/store';"],
      ['pure-libs-do-no-io', 'libs/normalize/io.ts', "import 'node:fs';"],
      ['pure-libs-import-pure-libs', 'libs/decode/port.ts', "import '#libs/store';"],
      ['libs-through-their-door', 'libs/detect/window.ts', "import '../store/inside.ts';"],
      ['server-adapters-by-the-platform', 'libs/detect/a.ts', "import '#libs/store/elastic';"],
      ['apps-use-libs-by-their-door', 'apps/engine/w.ts', "import '../../libs/store/inside.ts';"],
      ['libs-import-no-app', 'libs/detect/app.ts', "import '../../apps/engine/main.ts';"],
      ['product-imports-no-test', 'libs/detect/test.ts', "import '../../test/support/a.ts';"],
      ['apps-apart', 'apps/server/other.ts', "import '../engine/main.ts';"],
      ['engine-takes-decoding-from-the-collector', 'apps/engine/d.ts', "import '../server/a.ts';"],
      ['platform-is-chosen-once', 'libs/detect/platform.ts', "import '#libs/platform';"],
      ['nest-in-apps-only', 'libs/detect/nest.ts', "import '@nestjs/common';"],
      ['clients-in-adapters-only', 'libs/detect/client.ts', "import 'ioredis';"],
      ['page-knows-the-protocol-only', 'apps/console/store.ts', "import '#libs/store';"],
      ['resolvable', 'libs/detect/gone.ts', "import './missing.ts';"],
      ['no-dev-packages-in-the-server', 'libs/detect/dev.ts', "import 'fast-check';"],
      ['no-cycles', 'libs/store/inside.ts', "import './round.ts';"],
    ];
    let violations: string[] = [];

    beforeAll(() => {
      violations = violationsIn(
        projectOf(cleanUp, {
          'libs/model/index.ts': 'export {};',
          'libs/store/index.ts': 'export {};',
          'libs/store/round.ts': "import './inside.ts';",
          'libs/store/elastic/index.ts': 'export {};',
          'libs/detect/index.ts': 'export {};',
          'libs/correlate/index.ts': 'export {};',
          'libs/spool/index.ts': 'export interface A { a: 1 }',
          'libs/platform/index.ts': 'export {};',
          'apps/engine/main.ts': 'export {};',
          'apps/server/a.ts': 'export {};',
          'test/support/a.ts': 'export {};',
          ...Object.fromEntries(mistakes.map(([, file, text]) => [file, text])),
        }),
      );
    });

    it.each(mistakes)('%s: %s with %s', (rule, file) => {
      expect(violations.join('\n')).toContain(`${rule}: ${file} →`);
    });

    it('by a mistake for each of them', () => {
      const { forbidden } = createRequire(import.meta.url)(
        join(root, '.dependency-cruiser.cjs'),
      ) as { forbidden: { name: string }[] };
      const tried = new Set(mistakes.map(([rule]) => rule));
      expect(forbidden.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
    });
  });

  it('lets a stage use the model and the ports, and an app everything', () => {
    const folder = projectOf(cleanUp, {
      'libs/model/index.ts': 'export const a = 1;',
      'libs/store/index.ts': "export * from '#libs/model';",
      'libs/detect/index.ts': "import '#libs/model';\nimport '#libs/store';",
      'libs/normalize/index.ts': "import 'node:crypto';\nimport '#libs/model';",
      'libs/store/elastic/index.ts': "import '#libs/model';",
      'libs/platform/index.ts': "import '#libs/store';\nimport('#libs/store/elastic');",
      'apps/engine/main.ts':
        "import '@nestjs/common';\nimport '#libs/detect';\nimport '#libs/platform';",
    });
    expect(violationsIn(folder)).toEqual([]);
  });
});
