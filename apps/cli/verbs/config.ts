import { loadConfig, printConfig } from '#libs/config';

import { EXIT, type Verb } from '../verb.ts';

/** `thapcanh config print|check`. */
export const configVerb: Verb = {
  name: 'config',
  summary: 'print every setting with default, unit and meaning',
  usage: `thapcanh config print   every setting of thapcanh.yaml with its default, unit and meaning
thapcanh config check   read the configuration in force and name everything that is wrong with it
`,
  run(args, io) {
    if (args[0] === 'print' && args.length === 1) {
      io.out.write(printConfig());
      return Promise.resolve(EXIT.done);
    }
    if (args[0] === 'check' && args.length === 1) {
      const result = loadConfig();
      if (result.ok) {
        io.err.write('the configuration is good\n');
        return Promise.resolve(EXIT.done);
      }
      for (const { path, message } of result.problems) {
        io.err.write(`${result.file}: ${path}: ${message}\n`);
      }
      return Promise.resolve(EXIT.wrong);
    }
    io.err.write(`thapcanh config: say 'print' or 'check'\n\n${this.usage}`);
    return Promise.resolve(EXIT.usage);
  },
};
