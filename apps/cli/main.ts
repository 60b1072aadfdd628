import { EXIT, type Verb } from './verb.ts';

interface Entry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Verb>;
}

// Loaded when asked for: a verb must not wait for what it does not use.
const VERBS: readonly Entry[] = [
  {
    name: 'normalize',
    summary: 'log lines in, ECS documents out',
    load: async () => (await import('./verbs/normalize.ts')).normalizeVerb,
  },
  {
    name: 'detect',
    summary: 'events in, the rules they match out',
    load: async () => {
      const [{ createDetectVerb }, { openCorrelator }] = await Promise.all([
        import('./verbs/detect.ts'),
        import('./verbs/detect-open.ts'),
      ]);
      return createDetectVerb(openCorrelator);
    },
  },
  {
    name: 'rules',
    summary: 'check, test, import and switch Sigma rules',
    load: async () => {
      const [{ createRulesVerb }, parts] = await Promise.all([
        import('./verbs/rules.ts'),
        import('./verbs/rule-parts.ts'),
      ]);
      return createRulesVerb(parts);
    },
  },
  {
    name: 'replay',
    summary: 'send recorded events again',
    load: async () => (await import('./verbs/replay.ts')).replayVerb,
  },
  {
    name: 'key',
    summary: 'make, list and revoke keys of senders and programs',
    load: async () => (await import('./verbs/key.ts')).keyVerb,
  },
  {
    name: 'user',
    summary: 'let people in, or give them a new way in',
    load: async () => (await import('./verbs/user.ts')).userVerb,
  },
  {
    name: 'locality',
    summary: 'enter log sources of localities from a table',
    load: async () => (await import('./verbs/locality.ts')).localityVerb,
  },
  {
    name: 'backup',
    summary: 'write everything, or all but events, into one archive',
    load: async () => (await import('./verbs/backup.ts')).backupVerb,
  },
  {
    name: 'restore',
    summary: 'put an archive back into an empty data folder',
    load: async () => (await import('./verbs/restore.ts')).restoreVerb,
  },
  {
    name: 'verify',
    summary: 'verify the record, the stores, or a backup',
    load: async () => (await import('./verbs/verify.ts')).verifyVerb,
  },
  {
    name: 'doctor',
    summary: 'look at what the product stands on and say what to do',
    load: async () => (await import('./verbs/doctor.ts')).doctorVerb,
  },
  {
    name: 'run',
    summary: 'run one part of the product: collector, engine or server',
    load: async () => (await import('./verbs/run.ts')).runVerb,
  },
  {
    name: 'parked',
    summary: 'list, retry or drop what the distributed platform has set aside',
    load: async () => (await import('./verbs/parked.ts')).parkedVerb,
  },
  {
    name: 'config',
    summary: 'print every setting with default, unit and meaning',
    load: async () => (await import('./verbs/config.ts')).configVerb,
  },
];

function help(): string {
  const width = Math.max(...VERBS.map((verb) => verb.name.length)) + 2;
  const list = VERBS.map((verb) => `  ${verb.name.padEnd(width)}${verb.summary}`);
  return `thapcanh VERB …\n\n${list.join('\n')}\n\nthapcanh VERB --help says more.\n`;
}

async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(help());
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  const entry = VERBS.find((verb) => verb.name === name);
  if (entry === undefined) {
    process.stderr.write(`thapcanh: there is no verb '${name}'\n\n${help()}`);
    return EXIT.usage;
  }
  const verb = await entry.load();
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(verb.usage.endsWith('\n') ? verb.usage : `${verb.usage}\n`);
    return EXIT.done;
  }
  try {
    return await verb.run(rest, { in: process.stdin, out: process.stdout, err: process.stderr });
  } catch (error) {
    // A file or folder that cannot be used is told in words; anything else is a fault of ours.
    if (!isOfTheSystem(error)) throw error;
    process.stderr.write(`thapcanh ${name}: ${error.message}\n`);
    return EXIT.wrong;
  }
}

function isOfTheSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

// A reader that goes away (`| head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

process.exitCode = await run(process.argv.slice(2));
