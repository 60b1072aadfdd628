import { describe, expect, it } from 'vitest';

import type { IncidentRow, IncidentView, Problem } from '#libs/protocol';

import { ApiFailure } from '../api/client.ts';
import { type Act, Acts, UNDO_AGE_MS_MAX } from './acts.ts';
import { RowBook } from './row-book.ts';

const ROW = {
  id: 'SC-2026-000001',
  status: 'new',
  assignee: null,
  verdict: null,
  severity: 'high',
  clocks: {},
  version: 7,
} as unknown as IncidentRow;
const TAKE: Act = { incident: ROW.id, action: 'acknowledge', fields: {} };

function conflict(current: Partial<IncidentRow>, changedBy: string): ApiFailure {
  const problem = { status: 409, code: 'conflict', current: { ...ROW, ...current }, changedBy };
  return new ApiFailure(problem as Problem);
}

/** A server that answers each request by the next of these. */
function desk(answers: (() => IncidentView)[]) {
  const sent: { act: Act; version: number }[] = [];
  let now = 0;
  const book = new RowBook(() => {});
  book.put(ROW);
  const acts = new Acts(
    {
      now: () => now,
      user: () => 'binh',
      post: (act, version) => {
        sent.push({ act, version });
        const answer = answers.shift();
        if (answer === undefined) throw new Error('asked once too often');
        return Promise.resolve().then(answer);
      },
    },
    book,
  );
  const pass = (ms: number): void => {
    now += ms;
  };
  return { acts, book, sent, pass };
}

const view = (over: Partial<IncidentRow>): IncidentView => ({ ...ROW, ...over }) as IncidentView;
const fail = (failure: ApiFailure) => (): never => {
  throw failure;
};

describe('an act', () => {
  it('shows at once and settles on what the server says', async () => {
    const taken = view({ status: 'acknowledged', assignee: 'binh', version: 8 });
    const { acts, book } = desk([() => taken]);
    const done = acts.perform(TAKE);
    expect(book.row(ROW.id)).toMatchObject({ status: 'acknowledged', assignee: 'binh' });
    expect(await done).toMatchObject({ kind: 'done' });
    expect(book.row(ROW.id)?.version).toBe(8);
    expect(book.pending(ROW.id)).toBe(false);
  });

  it('is sent again when only the product moved the version on', async () => {
    const { acts, sent } = desk([
      fail(conflict({ version: 9 }, 'system')),
      () => view({ status: 'acknowledged', version: 10 }),
    ]);
    expect(await acts.perform(TAKE)).toMatchObject({ kind: 'done' });
    expect(sent.map(({ version }) => version)).toEqual([7, 9]);
  });

  it('is a conflict when a person was faster, and shows what stands there now', async () => {
    const { acts, book } = desk([
      fail(conflict({ version: 9, status: 'in_progress', assignee: 'an' }, 'an')),
    ]);
    const outcome = await acts.perform(TAKE);
    expect(outcome).toMatchObject({ kind: 'conflict', problem: { changedBy: 'an' } });
    expect(book.row(ROW.id)).toMatchObject({ status: 'in_progress', assignee: 'an', version: 9 });
  });

  it('waits for the connection if doing it late does no harm, else says so', async () => {
    const offline = new ApiFailure(null);
    const { acts, book } = desk([
      fail(offline),
      fail(offline),
      () => view({ status: 'acknowledged', assignee: 'binh', version: 8 }),
    ]);
    expect(await acts.perform(TAKE)).toEqual({ kind: 'queued' });
    expect(book.row(ROW.id)?.assignee).toBe('binh');
    const verdict: Act = { ...TAKE, action: 'verdict', fields: { verdict: 'benign' } };
    expect(await acts.perform(verdict)).toMatchObject({ kind: 'failed' });
    expect(acts.queued).toBe(1);
    expect(await acts.flush()).toMatchObject([{ act: TAKE, outcome: { kind: 'done' } }]);
    expect(acts.queued).toBe(0);
  });
});

describe('taking an act back', () => {
  it('undoes the newest first, under the version it left', async () => {
    const { acts, sent } = desk([
      () => view({ status: 'acknowledged', assignee: 'binh', version: 8 }),
      () => view({ status: 'in_progress', assignee: 'binh', version: 9 }),
      () => view({ status: 'acknowledged', assignee: 'binh', version: 10 }),
    ]);
    await acts.perform(TAKE);
    await acts.perform({ ...TAKE, action: 'status', fields: { status: 'in_progress' } });
    expect(await acts.undo()).toMatchObject({ act: { action: 'status' } });
    expect(sent.at(-1)).toMatchObject({ act: { action: 'undo' }, version: 9 });
  });

  it('is over after ten minutes', async () => {
    const { acts, pass } = desk([() => view({ version: 8 })]);
    await acts.perform(TAKE);
    pass(UNDO_AGE_MS_MAX + 1);
    expect(await acts.undo()).toBeNull();
  });

  it('does not take a comment back: it has been read', async () => {
    const { acts } = desk([() => view({ version: 8 })]);
    await acts.perform({ ...TAKE, action: 'comment', fields: { text: 'đã gọi' } });
    expect(acts.undoable).toBeNull();
  });
});
