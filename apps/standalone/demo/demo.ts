import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CENTRE, SimulatedClock } from '#libs/model';

import type { ClockSettings } from '../../engine/pipeline/pipeline-calls.ts';
import type { Core } from '../core.ts';
import type { Product } from '../product.ts';
import { demoProbes, demoServices, demoSources } from './cast.ts';
import { DemoPlayer } from './player.ts';
import { StageDoor } from './stage-door.ts';
import { DEMO_START, PROBE_FAULT } from './storyline.ts';

const PASSWORD_BYTES = 9;
const DEMO_USER = 'trucban';

/**
 * The demonstration: its clock, its folder, its register, and the player that sends through the
 * doors.
 */
export class Demo {
  readonly folder: string;
  readonly clock: SimulatedClock;
  readonly clockSettings: ClockSettings;
  readonly user = DEMO_USER;
  readonly password = randomBytes(PASSWORD_BYTES).toString('base64url');
  readonly #door: StageDoor;
  readonly #keys = new Map<string, string>();
  #player: DemoPlayer | undefined;

  /** `speed` is seconds of office time per second. */
  constructor(speed: number, origin: number) {
    this.folder = mkdtempSync(join(tmpdir(), 'thapcanh-demo-'));
    this.clock = new SimulatedClock(DEMO_START, speed, origin);
    this.clockSettings = { kind: 'simulated', start: DEMO_START, speed, origin };
    this.#door = new StageDoor((service) => this.#isFaulty(service));
  }

  /** The register, a key for every source, and the demo user. */
  async prepare({ availability, auth }: Core): Promise<void> {
    const sources = demoSources();
    await availability.register.save('source', sources);
    await availability.register.save('service', demoServices());
    await availability.register.save('probe', demoProbes(await this.#door.open()));
    for (const { id, place, addresses } of sources) {
      if (addresses.length > 0) continue;
      const made = await auth.keys.create({
        kind: 'ingest',
        name: id,
        place,
        source: id,
        by: 'demo',
      });
      this.#keys.set(id, made.text);
    }
    const scope = { province: CENTRE };
    const { user, password } = this;
    const name = 'Trực ban trình diễn';
    await auth.users.add({
      user,
      name,
      role: 'analyst',
      scope,
      password,
      mustChangePassword: false,
    });
  }

  /** Begins to play. */
  play({ core, url, ports }: Product): void {
    const doors = {
      ingestUrl: `${url}/api/v1/ingest`,
      syslogPort: ports['syslog_tcp'] ?? 0,
      keyOf: (source: string) => this.#keys.get(source),
    };
    this.#player = new DemoPlayer(
      this.clock,
      doors,
      core.availability.register.sources(),
      core.log,
    );
    this.#player.start();
  }

  async stop(): Promise<void> {
    await this.#player?.stop();
    this.#door.close();
  }

  /** The folder was made for this play alone. */
  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #isFaulty(service: string): boolean {
    const second = (this.clock.now() - DEMO_START) / 1_000;
    const { from, to } = PROBE_FAULT;
    return service === PROBE_FAULT.service && second >= from && second < to;
  }
}
