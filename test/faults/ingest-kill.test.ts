import { expect, it, onTestFinished } from 'vitest';

import { endUnderLoad } from '../acceptance/ingest-load.ts';
import { startCollector } from '../acceptance/ingest-parts.ts';
import { faultCount } from '../support/fault-count.ts';

const KILLS = faultCount({ few: 2, full: 20 });

it(`loses nothing acknowledged and takes nothing twice over ${KILLS} kills under load`, async () => {
  const collector = await startCollector(onTestFinished);
  const load = { times: KILLS, round: 4000, end: 'kill9' } as const;
  const outcome = await endUnderLoad(onTestFinished, collector, load);
  expect(outcome).toEqual({ lost: [], twice: [] });
});
