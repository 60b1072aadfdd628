import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { anyDetection, anyEvent, PLACEHOLDERS } from '../../test/oracle/sigma-arbitrary.ts';
import { oracleMatch } from '../../test/oracle/sigma-oracle.ts';
import { compile } from './index.ts';

const RULES_EACH = 12;
const EVENTS_EACH = 25;

describe('the matcher', () => {
  it('meets exactly what the simple matcher meets, before and after it learned', () => {
    fc.assert(
      fc.property(
        fc.array(anyDetection, { minLength: 1, maxLength: RULES_EACH }),
        fc.array(anyEvent, { minLength: 1, maxLength: EVENTS_EACH }),
        (detections, events) => {
          const set = compile(
            detections.map((detection, i) => ({
              file: `${i}.yml`,
              text: `title: t\nlogsource: {product: windows}\n${detection}\n`,
            })),
            { routing: 'off', placeholders: PLACEHOLDERS },
          );
          // A regular expression or a value that is refused takes its rule out of both.
          for (let round = 0; round < 10; round++) {
            for (const event of events) {
              const fast = set.match(event).map(({ id }) => id);
              if (round % 9 !== 0) continue;
              expect(fast).toEqual(oracleMatch(set.rules, event).map(({ id }) => id));
            }
          }
        },
      ),
      { numRuns: 600 },
    );
  }, 120_000);
});
