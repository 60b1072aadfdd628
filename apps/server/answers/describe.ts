import { z } from 'zod';

import type { Problem } from '#libs/protocol';

import { NEEDS_EXTENSION } from '../access/access.ts';
import { PROBLEMS, type ProblemCode } from '../http/problem.ts';
import { ANSWER_KEY, ANSWERS, OTHER_ANSWERS, PROBLEMS_KEY, SHARED } from './answers.ts';

interface Operation {
  readonly parameters?: readonly { readonly in: string }[];
  readonly requestBody?: unknown;
  responses: Record<string, Described>;
  [extension: `x-${string}`]: unknown;
}

interface Described {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

/** As much of an OpenAPI document as is completed here. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components?: { schemas?: Record<string, unknown> };
}

const TARGET = 'openapi-3.0';
const BAD_SHAPE_STATUS = 400;
const TOO_LARGE_STATUS = 413;
const PREFIX = '#/components/schemas/';

const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string(),
  detailVi: z.string(),
  at: z.int().exactOptional(),
  current: z.unknown().optional(),
  changedBy: z.string().exactOptional(),
}) satisfies z.ZodType<Problem>;

/** Every answer as a schema of its own name, and what they share. */
function answerSchemas(): Record<string, unknown> {
  const named = z.registry<{ id: string }>();
  const all: Record<string, z.ZodType> = { ...SHARED, ...ANSWERS };
  for (const [id, schema] of Object.entries(all)) {
    if (!named.has(schema)) named.add(schema, { id });
  }
  const { schemas } = z.toJSONSchema(named, { target: TARGET, uri: (id) => PREFIX + id });
  for (const schema of Object.values(schemas)) delete schema.$id;
  return schemas;
}

/** A problem document with only these codes. */
function problemSchema(codes: readonly ProblemCode[]): object {
  const narrow = problem.extend({ code: z.enum(codes as [ProblemCode, ...ProblemCode[]]) });
  return z.toJSONSchema(narrow, { target: TARGET });
}

/** Problems by what a route is asked for: who may call it, what it reads. */
function codesOf(method: string, operation: Operation): Set<ProblemCode> {
  const codes = new Set<ProblemCode>(['internal']);
  const add = (...more: ProblemCode[]): void => {
    for (const code of more) codes.add(code);
  };
  if (operation[NEEDS_EXTENSION] !== undefined) {
    add('not_signed_in', 'not_allowed', 'must_change_password');
    if (method !== 'get') add('wrong_origin');
  }
  const places = (operation.parameters ?? []).map((parameter) => parameter.in);
  if (places.includes('path')) add('not_found');
  if (places.includes('query') || operation.requestBody !== undefined) add('invalid');
  add(...((operation[PROBLEMS_KEY] ?? []) as ProblemCode[]));
  return codes;
}

function problemsOf(method: string, operation: Operation): Record<string, Described> {
  const byStatus = new Map<number, ProblemCode[]>();
  const put = (status: number, code: ProblemCode): void => {
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  };
  for (const code of codesOf(method, operation)) {
    put(PROBLEMS[code][0], code);
    // What does not have the shape of a request is told apart from what does not fit the facts.
    if (code === 'invalid') put(BAD_SHAPE_STATUS, code);
    if (code === 'invalid' && operation.requestBody !== undefined) put(TOO_LARGE_STATUS, code);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join(' '),
        content: { 'application/problem+json': { schema: problemSchema(codes) } },
      },
    ]),
  );
}

function contentOf(answer: string): Described['content'] {
  if (answer in OTHER_ANSWERS) {
    const media = OTHER_ANSWERS[answer as keyof typeof OTHER_ANSWERS];
    if (media === undefined) return undefined;
    return { [media]: { schema: { type: media === 'application/json' ? 'object' : 'string' } } };
  }
  return { 'application/json': { schema: { $ref: PREFIX + answer } } };
}

/**
 * Adds to a description of routes what each answers with, and every problem it may answer with
 * instead. Throws for a route that does not say what it answers with.
 */
export function describeAnswers(document: OpenApi): void {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, described] of Object.entries(methods)) {
      const operation = described as Operation;
      const answer = operation[ANSWER_KEY];
      if (typeof answer !== 'string') {
        throw new TypeError(`${method} ${path} does not say what it answers with`);
      }
      const status = Object.keys(operation.responses).find((code) => code.startsWith('2'));
      const content = contentOf(answer);
      operation.responses = {
        [status ?? '200']: { description: 'Done.', ...(content === undefined ? {} : { content }) },
        ...problemsOf(method, operation),
      };
      delete operation[ANSWER_KEY];
      delete operation[PROBLEMS_KEY];
    }
  }
  if (document.components === undefined) return;
  document.components.schemas = { ...document.components.schemas, ...answerSchemas() };
}
