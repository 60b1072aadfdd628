import { defineConfig } from 'vitest/config';

const minute = 60_000;
const report = process.env['TEST_REPORT'];

/** Suites that drive whole processes. */
const patient = { testTimeout: 5 * minute, hookTimeout: 5 * minute };
/** What is told by times on a page has the machine to itself. */
const oneAtATime = { ...patient, fileParallelism: false };

export default defineConfig({
  // Nothing but 'source' may stand here: 'module' would pick builds that Node cannot load.
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    // Worker threads of the code under test load TypeScript sources too.
    execArgv: ['--conditions=source'],
    maxWorkers: 2,
    teardownTimeout: 20_000,
    // A busy machine is no failure: what another process or thread will come to is waited for.
    expect: { poll: { timeout: minute } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'libs/**/*.test.ts',
            'apps/**/*.test.{ts,tsx}',
            'test/{architecture,rules,model,support}/**/*.test.ts',
          ],
          testTimeout: minute,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'services',
          include: ['test/services/**/*.test.ts'],
          globalSetup: ['test/support/services-setup.ts'],
          testTimeout: 3 * minute,
          hookTimeout: 3 * minute,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'acceptance',
          // Mostly they wait: for leases, for floors of silence, for a process that was killed.
          include: ['test/acceptance/**/*.test.ts'],
          ...patient,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          ...oneAtATime,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          ...oneAtATime,
          testTimeout: 30 * minute,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
