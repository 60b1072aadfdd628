import { Audit } from '#libs/audit';

import { EXIT, type Verb } from '../verb.ts';
import { withBooks } from './documents.ts';

const USAGE = `thapcanh verify

Reads the record of what people did from its first entry to its last and checks that every entry is
bound to the one before.
Exit 1 with the first link that does not hold.
`;

const CHAINS = ['main', 'cli'];

/** `thapcanh verify`. */
export const verifyVerb: Verb = {
  name: 'verify',
  summary: 'verify the hash chain of the record',
  usage: USAGE,
  run(args, io) {
    if (args.length > 0) {
      io.err.write(`thapcanh verify takes no arguments\n\n${USAGE}`);
      return Promise.resolve(EXIT.usage);
    }
    return withBooks('verify', io, async ({ documents, clock }) => {
      let whole = true;
      for (const chain of CHAINS) {
        const result = await new Audit(documents, clock, chain).verify();
        if (result.whole) {
          io.out.write(`${chain}: whole, ${result.entries} entries, head ${result.head}\n`);
          continue;
        }
        whole = false;
        io.out.write(`${chain}: entry ${result.seq} does not hold: ${result.reason}\n`);
      }
      return whole ? EXIT.done : EXIT.wrong;
    });
  },
};
