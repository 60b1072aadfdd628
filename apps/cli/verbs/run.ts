import { join } from 'node:path';

import { projectFolder } from '#libs/platform';

import { EXIT, type Verb } from '../verb.ts';

const ROLES = ['collector', 'engine', 'server'];

/** `thapcanh run ROLE`: becomes one part of the product, on Redis and Elasticsearch. */
export const runVerb: Verb = {
  name: 'run',
  summary: 'run one part of the product: collector, engine or server',
  usage: `thapcanh run ROLE [--allow-volatile]

  collector   all inputs; understands and masks what comes in, hands it over by Redis
  engine      detection, correlation, incidents, notifications, scheduled jobs
  server      console, API, websocket

Each any number of times, on any machine, with its own THAPCANH_DATA; REDIS_URL and
ELASTICSEARCH_URL say where the cluster is. Without a role: npm start runs everything.
`,
  run(args, { err }) {
    const [role = '', ...rest] = args;
    if (!ROLES.includes(role)) {
      err.write(`thapcanh run: there is no role '${role}'; it is one of ${ROLES.join(', ')}\n`);
      return Promise.resolve(EXIT.usage);
    }
    const main = join(projectFolder(import.meta.dirname), 'dist', 'apps', 'standalone', 'main.js');
    const command = [process.execPath, '--max-semi-space-size=8', main, '--role', role, ...rest];
    // It becomes that program, so that signals reach it and nothing else.
    process.execve?.(process.execPath, command);
    err.write('thapcanh run: this Node cannot become another program; Node 24 can\n');
    return Promise.resolve(EXIT.wrong);
  },
};
