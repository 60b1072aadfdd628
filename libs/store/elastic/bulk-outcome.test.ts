import { describe, expect, it } from 'vitest';

import { outcomeOf, wholeOutcome } from './bulk-outcome.ts';

const item = (status: number, type = '', reason = 'why') => ({
  create: type === '' ? { status } : { status, error: { type, reason } },
});

describe('outcomeOf', () => {
  it.each([
    [item(201), 'stored'],
    [item(409, 'version_conflict_engine_exception'), 'repeat'],
    [item(429, 'es_rejected_execution_exception'), 'again'],
    [item(429, 'circuit_breaking_exception'), 'again'],
    [item(429, 'cluster_block_exception'), 'blocked'],
    [item(403, 'cluster_block_exception'), 'blocked'],
    [item(503, 'unavailable_shards_exception'), 'again'],
    [item(500, 'io_exception'), 'again'],
    [item(404, 'index_not_found_exception'), 'index_missing'],
    [item(400, 'validation_exception'), 'again'],
    [item(403, 'security_exception'), 'again'],
    [item(400, 'document_parsing_exception'), 'refused'],
    [item(400, 'strict_dynamic_mapping_exception'), 'refused'],
    [undefined, 'again'],
  ])('%j is %s', (answer, kind) => {
    expect(outcomeOf(answer).kind).toBe(kind);
  });

  it('gives the cause of a refusal, for people', () => {
    const error = {
      type: 'document_parsing_exception',
      reason: 'failed to parse',
      caused_by: { reason: 'not a number' },
    };
    expect(outcomeOf({ create: { status: 400, error } })).toEqual({
      kind: 'refused',
      detail: 'document_parsing_exception: failed to parse (not a number)',
    });
  });
});

describe('wholeOutcome', () => {
  it.each([
    [413, {}, 'smaller'],
    [400, { error: { type: 'illegal_argument_exception' } }, 'smaller'],
    [400, { error: { type: 'validation_exception' } }, 'again'],
    [401, { error: { type: 'security_exception' } }, 'again'],
    [403, { error: { type: 'cluster_block_exception' } }, 'again'],
    [429, {}, 'again'],
    [502, '<html>', 'again'],
    [200, {}, 'again'],
  ] as const)('%d %j is sent %s', (status, body, expected) => {
    expect(wholeOutcome(status, body)).toBe(expected);
  });
});
