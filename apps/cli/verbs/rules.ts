import { parseArgs } from 'node:util';

import { compile, type Refusal } from '#libs/sigma';

import { EXIT, type Io, type Verb } from '../verb.ts';
import { RulesUnreadable, readRuleFiles } from '#libs/detect';
import { readPlaceholders } from './rules-placeholders.ts';
import { testSamples, type SampleParts } from './rules-test.ts';

const USAGE = `thapcanh rules check DIR…   load the rules and say what is wrong
thapcanh rules test DIR…    load them and run the samples beside them
thapcanh rules import DIR|ARCHIVE [--pack NAME] [--apply] [--all]
                            show what a pack of rules would change; --apply puts it in force
thapcanh rules rollback PACK   put the version before in force again
thapcanh rules backtest RULE [--from TIME] [--to TIME]
                            what the rule would have said of the events in the data folder
thapcanh rules packs           the packs that were imported, with their versions
thapcanh rules enable|disable --pack NAME | --level LEVEL | --logsource product=…,… | --id ID
thapcanh rules reload          read the rules again, those in folders of the configuration too
thapcanh rules placeholder NAME [VALUE…]   give %NAME% in rules its values, or none

  --placeholders FILE   YAML with lines "name: [value, value]" for %name%
  --require-samples     a rule file without samples is an error (test)

  --all                 name every rule that an import changes, not the first of them

Archives are tar, tar.gz and zip. A running product follows within seconds.
Exit 1 when a rule is refused or a sample fails, with file, line, column and reason.
`;

/** `thapcanh rules check | test`; `parts` decode raw lines and correlate. */
export function createRulesVerb(parts: SampleParts): Verb {
  return {
    name: 'rules',
    summary: 'check, test, import and switch Sigma rules',
    usage: USAGE,
    async run(args, io) {
      try {
        return await run(args, io, parts);
      } catch (error) {
        if (!(error instanceof RulesUnreadable)) throw error;
        io.err.write(`rules: ${error.message}\n`);
        return EXIT.wrong;
      }
    },
  };
}

async function run(args: readonly string[], io: Io, parts: SampleParts): Promise<number> {
  if (args[0] === 'backtest') {
    const { readBacktestWork, runBacktest } = await import('./rules-backtest.ts');
    const asked = readBacktestWork(args, Date.now());
    return typeof asked === 'string' ? misused(asked, io) : runBacktest(asked, io);
  }
  const { readPackWork, runPackWork } = await import('./rules-packs.ts');
  const work = readPackWork(args);
  if (typeof work === 'object') return runPackWork(work, io);
  if (typeof work === 'string') return misused(work, io);
  const options = readOptions(args);
  if (typeof options === 'string') return misused(options, io);
  const placeholders =
    options.placeholders === undefined
      ? { values: {} }
      : await readPlaceholders(options.placeholders);
  if ('problem' in placeholders) {
    io.err.write(`rules: ${options.placeholders}: ${placeholders.problem}\n`);
    return EXIT.wrong;
  }
  const sources = await readRuleFiles(options.paths);
  const set = compile(sources, { placeholders: placeholders.values });
  for (const refusal of set.refused) io.out.write(`${refusalText(refusal)}\n`);
  const counts = `${set.rules.length} rules, ${set.correlations.length} correlations`;
  io.err.write(`${counts}, ${set.refused.length} refused\n`);
  if (options.action === 'check') return set.refused.length > 0 ? EXIT.wrong : EXIT.done;
  const files = sources.map(({ file }) => file);
  const outcome = await testSamples(set, files, parts);
  for (const failure of outcome.failures) io.out.write(`${failure}\n`);
  if (options.requireSamples) {
    for (const file of outcome.without) io.out.write(`${file}: has no samples\n`);
  }
  const samples = `${outcome.passed} samples passed, ${outcome.failures.length} failed`;
  io.err.write(`${samples}, ${outcome.without.length} files without samples\n`);
  const lacking = options.requireSamples && outcome.without.length > 0;
  const wrong = set.refused.length > 0 || outcome.failures.length > 0 || lacking;
  return wrong ? EXIT.wrong : EXIT.done;
}

function misused(problem: string, io: Io): number {
  io.err.write(`rules: ${problem}\n\n${USAGE}`);
  return EXIT.usage;
}

interface RulesOptions {
  readonly action: 'check' | 'test';
  readonly paths: readonly string[];
  readonly placeholders?: string;
  readonly requireSamples: boolean;
}

/** The options, or what is wrong with them. */
function readOptions(args: readonly string[]): RulesOptions | string {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        placeholders: { type: 'string' },
        'require-samples': { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { values, positionals } = parsed;
  const [action, ...paths] = positionals;
  if (action !== 'check' && action !== 'test')
    return 'check, test, import, rollback, packs, enable, disable, placeholder, reload or backtest?';
  if (paths.length === 0) return `rules ${action} needs a folder or file`;
  return {
    action,
    paths,
    requireSamples: values['require-samples'],
    ...(values.placeholders === undefined ? {} : { placeholders: values.placeholders }),
  };
}

function refusalText({ file, line, column, reason, message, instead }: Refusal): string {
  const hint =
    instead === undefined ? '' : `\n  write instead: ${instead.replaceAll('\n', '\n  ')}`;
  return `${file}:${line}:${column}: ${reason}: ${message}${hint}`;
}
