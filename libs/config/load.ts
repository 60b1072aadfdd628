import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { loadAll } from 'js-yaml';
import type { z } from 'zod';

import { checkRetention } from '#libs/store';

import { configSchema, type Config } from './schema.ts';

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  readonly path: string;
  readonly message: string;
}

/** What the environment says (interfaces.md, Starting). */
export interface Environment {
  readonly data: string;
  readonly configFile: string | undefined;
  readonly adminPassword: string | undefined;
  readonly ingestKey: string | undefined;
  readonly redisUrl: string | undefined;
  readonly elasticsearchUrl: string | undefined;
}

export type LoadResult =
  | { readonly ok: true; readonly config: Config; readonly environment: Environment }
  | { readonly ok: false; readonly file: string; readonly problems: readonly ConfigProblem[] };

const DEFAULT_FILE = 'thapcanh.yaml';

function text(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}

/** Reads the environment; the only place that does. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  return {
    data: resolve(text(env['THAPCANH_DATA']) ?? './data'),
    configFile: text(env['THAPCANH_CONFIG']),
    adminPassword: text(env['THAPCANH_ADMIN_PASSWORD']),
    ingestKey: text(env['THAPCANH_INGEST_KEY']),
    redisUrl: text(env['REDIS_URL']),
    elasticsearchUrl: text(env['ELASTICSEARCH_URL']),
  };
}

/**
 * What is wrong, with the value that was found; `thapcanh config print` is the example of
 * everything.
 */
function describe(issue: z.core.$ZodIssue, file: unknown): ConfigProblem {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => (path === '' ? key : `${path}.${key}`));
    return {
      path: keys.join(', '),
      message: 'unknown key; `thapcanh config print` lists every key there is',
    };
  }
  const given = valueAt(file, issue.path);
  const found = given === undefined ? '' : `, found ${JSON.stringify(given)}`;
  return { path: path === '' ? '(whole file)' : path, message: `${issue.message}${found}` };
}

function valueAt(file: unknown, path: readonly PropertyKey[]): unknown {
  let value = file;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function crossChecks(config: Config): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { retention_days: days, retention_reason: reason } = config.store;
  const retention = checkRetention(days, reason);
  if (!retention.ok) {
    const key = retention.reason === 'retention_reason_missing' ? 'reason' : 'days';
    problems.push({ path: `store.retention_${key}`, message: retention.message });
  }
  const secured = [
    ['http', 'HTTPS', config.http],
    ['inputs.syslog_tls', 'syslog over TLS', config.inputs.syslog_tls],
  ] as const;
  for (const [path, what, { tls_cert_file: cert, tls_key_file: certKey }] of secured) {
    if ((cert === undefined) === (certKey === undefined)) continue;
    problems.push({
      path: `${path}.${cert === undefined ? 'tls_cert_file' : 'tls_key_file'}`,
      message: `${what} needs both tls_cert_file and tls_key_file`,
    });
  }
  return problems;
}

function environmentProblems(environment: Environment): ConfigProblem[] {
  if ((environment.redisUrl === undefined) === (environment.elasticsearchUrl === undefined)) {
    return [];
  }
  const [set, missing] =
    environment.redisUrl === undefined
      ? ['ELASTICSEARCH_URL', 'REDIS_URL']
      : ['REDIS_URL', 'ELASTICSEARCH_URL'];
  return [
    {
      path: missing,
      message: `${set} is set and ${missing} is not: set both for the distributed platform, none for the embedded one`,
    },
  ];
}

function readFile(path: string): { text: string } | { problem: ConfigProblem } | undefined {
  try {
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return { problem: { path, message: `cannot be read: ${(error as Error).message}` } };
  }
}

function parse(file: string, source: string): { value: unknown } | { problem: ConfigProblem } {
  try {
    const [first, ...more] = loadAll(source);
    if (more.length > 0) {
      return { problem: { path: file, message: 'holds more than one YAML document' } };
    }
    return { value: first ?? {} };
  } catch (error) {
    return { problem: { path: file, message: `is not YAML: ${(error as Error).message}` } };
  }
}

/** Loads file and environment; reports all problems at once, each with its path. */
export function loadConfig(environment: Environment = readEnvironment()): LoadResult {
  const file = resolve(environment.configFile ?? DEFAULT_FILE);
  const problems = environmentProblems(environment);
  const read = readFile(file);
  if (read !== undefined && 'problem' in read) problems.push(read.problem);
  if (read === undefined && environment.configFile !== undefined) {
    problems.push({ path: file, message: 'THAPCANH_CONFIG names a file that is not there' });
  }
  const parsed = parse(file, read !== undefined && 'text' in read ? read.text : '{}');
  if ('problem' in parsed) return { ok: false, file, problems: [...problems, parsed.problem] };
  const checked = configSchema.safeParse(parsed.value);
  if (!checked.success) {
    return {
      ok: false,
      file,
      problems: [
        ...problems,
        ...checked.error.issues.map((issue) => describe(issue, parsed.value)),
      ],
    };
  }
  problems.push(...crossChecks(checked.data));
  if (problems.length > 0) return { ok: false, file, problems };
  return { ok: true, config: checked.data, environment };
}
