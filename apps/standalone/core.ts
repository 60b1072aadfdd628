import { join } from 'node:path';

import { Audit } from '#libs/audit';
import { Auth, allows } from '#libs/auth';
import {
  Availability,
  checkOnce,
  Localities,
  ProbeRunner,
  RegisterBook,
  SourceTracker,
} from '#libs/availability';
import type { Config, Environment } from '#libs/config';
import { openIncidentBook, type IncidentBook, type Names } from '#libs/incident';
import type { Clock } from '#libs/model';
import { projectFolder } from '#libs/platform';
import { RunClaims, Schedule } from '#libs/schedule';
import { openSpool, type Spool } from '#libs/spool';
import type { Documents } from '#libs/store';
import { HealthBoard, type Logger } from '#libs/telemetry';

import { selfFacts } from '../engine/self-watch/self-rules.ts';
import { RuleBook } from '../engine/rules/rule-book.ts';
import { RuleCatalog } from '../engine/rules/rule-catalog.ts';
import { openFeed, type IncidentFeed } from './incident-feed.ts';
import type { Role } from './options.ts';
import { isNeeded } from './role-needs.ts';
import { Others } from './others.ts';
import { SelfDoor } from './self-door.ts';
import { sessionLimits, spoolLimits } from './settings.ts';
import type { Ground } from './work.ts';

export interface CoreNeeds {
  readonly config: Config;
  readonly environment: Environment;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly role: Role;
  /** Closed with the core. */
  readonly ground: Ground;
}

/** Everything of the product that is neither a thread of work nor a door. */
export interface Core extends CoreNeeds {
  readonly documents: Documents;
  readonly audit: Audit;
  readonly auth: Auth;
  readonly availability: Availability;
  /** Packs, switches, parameters and exceptions. */
  readonly rules: RuleBook;
  readonly catalog: RuleCatalog;
  readonly names: Names;
  readonly incidents: IncidentBook;
  /** What consoles follow. */
  readonly feed: IncidentFeed;
  readonly spool: Spool;
  readonly schedule: Schedule;
  readonly board: HealthBoard;
  readonly others: Others;
  /** Ends what holds files, after the doors and the pipeline have stopped. */
  close(): Promise<void>;
}

/** Opens stores, books and registers; what each needs stands in its own line. */
export async function openCore(needs: CoreNeeds): Promise<Core> {
  const { config, environment, folder, clock, ground } = needs;
  const { documents } = ground;
  const session = sessionLimits(config);
  const auth = new Auth({ documents, clock, fixedIngestKey: environment.ingestKey, session });
  await auth.keys.recall();
  const floor = await ground.floor();
  const limits = spoolLimits(config);
  const recentMs = config.repeat.restart_s * 1_000;
  const spool = await openSpool({ folder, clock, limits, floor, recentMs });
  const audit = new Audit(documents, clock, ground.chain(spool.id));
  const availability = await openAvailability(needs, documents, spool);
  const root = projectFolder(import.meta.dirname);
  const rules = new RuleBook({ documents, clock, record: (entry) => audit.append(entry) });
  const catalog = new RuleCatalog([join(root, 'rules'), ...config.rules.folders], root, rules);
  const loaded = await catalog.load();
  if (!loaded.loaded) throw new Error(`the rules do not load:\n${loaded.problems.join('\n')}`);
  const names: Names = {
    rules: (id) => catalog.facts(id) ?? selfFacts(id),
    places: (place) => availability.localities.nameOf(place),
    credit: (id) => catalog.credit(id),
  };
  const incidents = await openIncidentBook({
    documents,
    clock,
    names,
    record: (entry) => audit.append(entry),
    allows: (principal) => allows(principal.role, 'incidents.act'),
    limits: { joinGapMs: config.incidents.join_gap_s * 1_000 },
  });
  const feed = await openFeed(ground, incidents, names);
  return {
    ...needs,
    documents,
    audit,
    auth,
    availability,
    rules,
    catalog,
    names,
    incidents,
    feed,
    spool,
    schedule: new Schedule(ground.lease, clock, new RunClaims(documents, clock, audit.chain)),
    board: new HealthBoard((line) => isNeeded(needs.role, line)),
    others: new Others(ground.broadcast),
    close: async () => {
      await spool.close();
      await ground.close();
    },
  };
}

async function openAvailability(
  { clock, config }: CoreNeeds,
  documents: Documents,
  spool: Spool,
): Promise<Availability> {
  const localities = new Localities();
  const register = new RegisterBook(documents);
  await register.load();
  const self = new SelfDoor(spool, clock);
  const tell = self.tell.bind(self);
  const floorS = config.availability.silence_floor_s;
  const tracker = new SourceTracker(register, documents, tell, { floorS });
  await tracker.load(clock.now());
  const probes = new ProbeRunner(register, documents, tell, clock, checkOnce);
  await probes.load();
  return new Availability(register, tracker, probes, localities);
}
