import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

import {
  readPack,
  readRuleFiles,
  RuleControl,
  RulePacks,
  type PackChange,
  type PackFiles,
  type PackRule,
  type SwitchBy,
} from '#libs/detect';
import { SEVERITIES } from '#libs/model';
import { projectFolder } from '#libs/platform';
import type { SigmaSource } from '#libs/sigma';

import { EXIT, type Io } from '../verb.ts';
import { COMMAND_LINE, withBooks, type Books } from './documents.ts';

/** Rules and refusals named one by one; `--all` names all. */
const SHOWN_MAX = 10;
const DIMENSIONS: readonly string[] = ['category', 'product', 'service'];

/** What `rules import`, `rollback`, `packs`, `enable` and `disable` were asked for. */
export interface PackWork {
  readonly action: (typeof ACTIONS)[number];
  readonly name: string | undefined;
  readonly pack: string | undefined;
  readonly apply: boolean;
  readonly all: boolean;
  readonly what: SwitchBy | undefined;
  /** Of a placeholder. */
  readonly values: readonly string[];
}

const ACTIONS = [
  'import',
  'rollback',
  'packs',
  'enable',
  'disable',
  'placeholder',
  'reload',
] as const;

/** The work that the arguments ask for; text says what is wrong; undefined: another action. */
export function readPackWork(args: readonly string[]): PackWork | string | undefined {
  const action = ACTIONS.find((one) => one === args[0]);
  if (action === undefined) return undefined;
  try {
    const { values, positionals } = parseArgs({
      args: args.slice(1),
      allowPositionals: true,
      options: {
        apply: { type: 'boolean', default: false },
        all: { type: 'boolean', default: false },
        pack: { type: 'string' },
        level: { type: 'string' },
        logsource: { type: 'string' },
        id: { type: 'string' },
      },
    });
    const [name, ...given] = positionals;
    const { apply, all, pack } = values;
    if ((action === 'import' || action === 'rollback') && name === undefined) {
      return `rules ${action} needs ${action === 'import' ? 'a folder or archive' : 'a pack'}`;
    }
    if (action === 'placeholder' && name === undefined) return 'which placeholder?';
    const turns = action === 'enable' || action === 'disable';
    const what = turns ? switchBy(values) : undefined;
    if (typeof what === 'string') return what;
    return { action, name, pack, apply, all, what, values: given };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function switchBy(values: {
  readonly pack?: string;
  readonly level?: string;
  readonly logsource?: string;
  readonly id?: string;
}): SwitchBy | string {
  const { pack, level, logsource, id } = values;
  if ([pack, level, logsource, id].filter((one) => one !== undefined).length !== 1) {
    return 'which rules? one of --pack NAME, --level LEVEL, --logsource KEY=VALUE,… or --id ID';
  }
  if (pack !== undefined) return { by: 'pack', value: pack };
  if (id !== undefined) return { by: 'id', value: id };
  if (level !== undefined) {
    const known = SEVERITIES.find((one) => one === level);
    return known === undefined
      ? `--level is one of ${SEVERITIES.join(', ')}`
      : { by: 'level', value: known };
  }
  const parts = (logsource ?? '').split(',').map((part) => part.split('='));
  if (parts.every(([key = '', value = '']) => DIMENSIONS.includes(key) && value !== '')) {
    const value = Object.fromEntries(parts.map(([key, word = '']) => [key, word.toLowerCase()]));
    return { by: 'logsource', value };
  }
  return '--logsource takes category=…, product=… and service=…, with commas between';
}

/** Imports, takes back and switches packs in the data folder; a running product follows. */
export function runPackWork(work: PackWork, io: Io): Promise<number> {
  return withBooks('rules', io, async (books) => {
    const record = books.audit.append.bind(books.audit);
    const packs = new RulePacks({ ...books, record });
    if (work.action === 'import') return importPack(work, { books, packs, io });
    if (work.action === 'rollback') return rollback(work.name ?? '', packs, io);
    if (work.action === 'packs') return list(packs, io);
    if (work.action === 'reload') return reload(packs, io);
    return change(work, { books, packs, io });
  });
}

interface Parts {
  readonly books: Books;
  readonly packs: RulePacks;
  readonly io: Io;
}

function controlOf(books: Books, packs: RulePacks): RuleControl {
  const record = books.audit.append.bind(books.audit);
  return new RuleControl({ ...books, record, touch: () => packs.touch() });
}

async function importPack(
  { name: path = '', pack: wanted, apply, all }: PackWork,
  { books, packs, io }: Parts,
): Promise<number> {
  const pack = wanted ?? packName(path);
  const files = readPack(path);
  const beside = await besides(pack, packs);
  const { placeholders } = await controlOf(books, packs).settings();
  const change = await packs.preview(pack, files, beside, { placeholders });
  if ('reason' in change) return refused(change.reason, pack, io);
  io.out.write(changeText(pack, files, change, all));
  if (!apply) {
    io.err.write('nothing is changed yet; with --apply it is put in force\n');
    return EXIT.done;
  }
  const done = await packs.apply(
    { pack, from: basename(path), by: COMMAND_LINE },
    files,
    change.rules,
  );
  if ('reason' in done) return refused(done.reason, pack, io);
  io.err.write(`version ${done.number} of ${pack} is in force; a running product takes it soon\n`);
  return EXIT.done;
}

/** The rules that are there whatever is imported: the project's, and those of other packs. */
async function besides(pack: string, packs: RulePacks): Promise<readonly SigmaSource[]> {
  const own = await readRuleFiles([join(projectFolder(import.meta.dirname), 'rules')]);
  const others = (await packs.sources()).filter((source) => source.pack !== pack);
  return [...own, ...others];
}

/** What an archive is called without its version: `sigma-rules-8eaafff.tgz` is `sigma-rules`. */
function packName(path: string): string {
  const bare = basename(path)
    .toLowerCase()
    .replace(/\.(?:tgz|tar|tar\.gz|zip)$/, '');
  const plain = bare.replace(/[-_.](?:main|master|[0-9a-f]{7,40}|[rv]?\d[\d.-]*)$/, '');
  return plain
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 40);
}

function changeText(pack: string, files: PackFiles, change: PackChange, all: boolean): string {
  const most = all ? Infinity : SHOWN_MAX;
  const { added, changed, removed, unchanged, refused: left } = change;
  const license = files.license ?? 'no licence file; each rule may name its own';
  const lines = [
    `${pack}: ${change.rules} rules in ${files.files.length} files`,
    `licence: ${license}`,
    ...section('new', '+', added.map(ruleText), most),
    ...section('changed', '~', changed.map(ruleText), most),
    ...section('gone', '-', removed.map(ruleText), most),
    `${unchanged} unchanged`,
    ...section(
      'left out',
      '!',
      left.map(({ file, line, reason, message }) => `${file}:${line}: ${reason}: ${message}`),
      most,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function section(what: string, mark: string, texts: readonly string[], most: number): string[] {
  const shown = texts.slice(0, most).map((text) => `  ${mark} ${text}`);
  const more = texts.length > shown.length ? [`  … ${texts.length - shown.length} more`] : [];
  return [`${texts.length} ${what}`, ...shown, ...more];
}

function ruleText({ level, title, file }: PackRule): string {
  return `${level.padEnd(13)} ${title} (${file})`;
}

async function rollback(pack: string, packs: RulePacks, io: Io): Promise<number> {
  const done = await packs.rollback(pack, COMMAND_LINE);
  if ('reason' in done) return refused(done.reason, pack, io);
  const { number, from, rules } = done;
  io.out.write(`${pack}: version ${number} of ${from} is in force again, ${rules} rules\n`);
  return EXIT.done;
}

async function reload(packs: RulePacks, io: Io): Promise<number> {
  await packs.touch();
  io.err.write('a running product reads its rules again, those in folders too\n');
  return EXIT.done;
}

async function list(packs: RulePacks, io: Io): Promise<number> {
  for (const { name, current, versions } of await packs.list()) {
    for (const { number, at, by, from, rules, license } of versions) {
      const mark = number === current ? '*' : ' ';
      const when = new Date(at).toISOString();
      const words = [`${mark} ${name}`, `version ${number}`, when, by, from, `${rules} rules`];
      io.out.write(`${[...words, ...(license === undefined ? [] : [license])].join('  ')}\n`);
    }
  }
  return EXIT.done;
}

async function change(
  { action, what, name = '', values }: PackWork,
  { books, packs, io }: Parts,
): Promise<number> {
  const control = controlOf(books, packs);
  if (what === undefined) {
    const set = await control.placeholder(name, values, COMMAND_LINE);
    if ('reason' in set) return refused(set.reason, name, io);
    io.out.write(`${JSON.stringify(set.placeholders)}\n`);
    return EXIT.done;
  }
  const done = await control.switch(action === 'enable' ? 'on' : 'off', what, COMMAND_LINE);
  if ('reason' in done) return refused(done.reason, what.by, io);
  const { ids, levels, packs: off, logsources, on } = done.switches;
  io.out.write(`${JSON.stringify({ off: { packs: off, levels, logsources, ids }, on })}\n`);
  return EXIT.done;
}

const WHY: Readonly<Record<string, string>> = {
  bad_name: 'not a name; a pack is called by small letters, digits, - and _: --pack NAME',
  pack_unknown: 'there is no such pack',
  no_older_version: 'no older version of it is kept',
  too_many: 'there are too many already',
  conflict: 'somebody else changed it at the same time; try again',
};

function refused(reason: string, what: string, io: Io): number {
  io.err.write(`rules: ${what}: ${WHY[reason] ?? reason}\n`);
  return EXIT.wrong;
}
