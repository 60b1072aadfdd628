import { expect, it } from 'vitest';

import { FileStateStore } from '#libs/store';

import { tempFolder } from '../../../test/support/temp-folder.ts';
import { RaiseMarks } from './raise-marks.ts';

it('remembers over a stop where alerts were told behind the snapshot, and nothing before it', async ({
  onTestFinished,
}) => {
  const states = new FileStateStore(tempFolder(onTestFinished));
  const marks = await RaiseMarks.load(states, 0);
  expect(marks.after(0)).toBe(Infinity);
  for (const position of [30, 10, 20, 20]) await marks.note(position);
  expect([marks.after(0), marks.after(10), marks.after(29), marks.after(30)]).toEqual([
    10,
    20,
    30,
    Infinity,
  ]);
  marks.forget(20);
  expect(marks.after(0)).toBe(30);
  const again = await RaiseMarks.load(states, 10);
  expect([again.after(0), again.after(20)]).toEqual([20, 30]);
});
