// `npm test [-- VITEST OPTIONS]`: everything that proves the product; its last line is the totals.
// `--faults`: the fault tests with their full counts.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { run, say } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { node24, root } from './node24.mjs';
import { ensureTestServices } from './test-services.mjs';

const report = join(root, 'dist', 'test-report.json');
const minute = 60_000;
const suites = {
  normal: { projects: ['unit', 'services', 'acceptance', 'browser'], timeLimitMs: 19 * minute },
  faults: { projects: ['services', 'acceptance', 'browser', 'faults'], timeLimitMs: 180 * minute },
};

const args = process.argv.slice(2);
const isFaultRun = args.includes('--faults');
const options = args.filter((arg) => arg !== '--faults');

/** Runs the tests and says `{ passed, failed, skipped, code }`; what never ran counts as failed. */
async function runTests() {
  await ensureInstalled();
  await ensureBuilt();
  await ensureTestServices();
  const { projects, timeLimitMs } = isFaultRun ? suites.faults : suites.normal;
  rmSync(report, { force: true });
  // A run that is ended in the middle leaves nothing behind.
  const temporary = mkdtempSync(join(tmpdir(), 'thapcanh-run-'));
  const { code, signal, timedOut } = await run(
    node24(),
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      ...(options.includes('--project') ? [] : projects.flatMap((name) => ['--project', name])),
      ...options,
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      timeLimitMs,
      env: {
        ...process.env,
        TMPDIR: temporary,
        TEST_FAULTS: isFaultRun ? 'full' : 'few',
        TEST_REPORT: report,
      },
      afterwards: () => rmSync(temporary, { recursive: true, force: true, maxRetries: 5 }),
    },
  );
  if (timedOut) say(`stopped: the tests took longer than ${timeLimitMs / minute} minutes`);
  else if (signal) say(`the test run was ended by ${signal}`);
  return totals(timedOut || signal ? 1 : code);
}

function totals(code) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0, code: code || 1 };
  const result = JSON.parse(readFileSync(report, 'utf8'));
  // A file that could not be loaded has no failed test of its own.
  const unloaded = result.testResults.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  const failed = result.numFailedTests + unloaded;
  const passed = result.numPassedTests;
  const isBad = code !== 0 || failed > 0 || passed === 0;
  return {
    passed,
    // A failure outside every test (a service that did not start, a rejected promise) shows in the
    // code alone.
    failed: isBad ? Math.max(failed, 1) : 0,
    skipped: result.numPendingTests + (result.numTodoTests ?? 0),
    code: isBad ? code || 1 : 0,
  };
}

let outcome;
try {
  outcome = await runTests();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  outcome = { passed: 0, failed: 1, skipped: 0, code: 1 };
}
const { passed, failed, skipped, code } = outcome;
process.exitCode = code;
process.stdout.write(
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
);
