import { DEMO_SPEED } from './demo/storyline.ts';

/** What a process does of the whole: everything, or one part on the distributed platform. */
export type Role = 'all' | 'collector' | 'engine' | 'server';

const ROLES: readonly Role[] = ['all', 'collector', 'engine', 'server'];

/** What the command line of the product says. */
export interface Options {
  /** Play the storyline on a fresh data folder; seconds of office time per second. */
  readonly demoSpeed: number | undefined;
  /** Take a Redis that may lose what it holds. */
  readonly allowVolatile: boolean;
  readonly role: Role;
}

export type ReadOptions =
  | { readonly ok: true; readonly options: Options }
  | { readonly ok: false; readonly message: string };

const DEMO_SPEED_MAX = 100;

export const USAGE = `npm start [-- OPTIONS]

  --demo            play the ten-minute storyline on a fresh temporary data folder
  --demo-speed N    play it N times as fast (1 to ${DEMO_SPEED_MAX})
  --role ROLE       collector, engine or server alone (distributed platform; npx thapcanh run ROLE)
  --allow-volatile  take a Redis that may lose what it holds; for trials of the distributed platform
`;

/** Reads the arguments; an unknown one is an error that says so. */
export function readOptions(args: readonly string[]): ReadOptions {
  let demo = false;
  let allowVolatile = false;
  let role: Role = 'all';
  let speed = 1;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at];
    if (arg === '--demo') {
      demo = true;
      continue;
    }
    if (arg === '--allow-volatile') {
      allowVolatile = true;
      continue;
    }
    if (arg === '--role') {
      at += 1;
      const named = ROLES.find((one) => one === args[at]);
      if (named === undefined) {
        return { ok: false, message: `--role takes one of ${ROLES.join(', ')}` };
      }
      role = named;
      continue;
    }
    if (arg !== '--demo-speed') return { ok: false, message: `there is no option '${arg}'` };
    at += 1;
    speed = Number(args[at]);
    if (!(speed >= 1 && speed <= DEMO_SPEED_MAX)) {
      return { ok: false, message: `--demo-speed takes a number from 1 to ${DEMO_SPEED_MAX}` };
    }
    demo = true;
  }
  return {
    ok: true,
    options: { demoSpeed: demo ? DEMO_SPEED * speed : undefined, allowVolatile, role },
  };
}
