import { EXIT, type Verb } from './verb.ts';

interface Entry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Verb>;
}

// Loaded when asked for: a verb must not wait for what it does not use.
const VERBS: readonly Entry[] = [
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
  return verb.run(rest, { in: process.stdin, out: process.stdout, err: process.stderr });
}

// A reader that goes away (`| head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

process.exitCode = await run(process.argv.slice(2));
