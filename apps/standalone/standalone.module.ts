import { Module, type DynamicModule, type Provider } from '@nestjs/common';

import { MaintenanceBook, SilenceBook } from '#libs/alerting';
import { Audit } from '#libs/audit';
import { Auth } from '#libs/auth';
import { Availability } from '#libs/availability';
import { RuleControl, RulePacks } from '#libs/detect';
import { IncidentBook } from '#libs/incident';
import { Clock, covers, type Place } from '#libs/model';
import { Outbox } from '#libs/notify';
import { Documents, EventStore } from '#libs/store';
import { HealthBoard } from '#libs/telemetry';

import { ServerSettings } from '../server/access/server-settings.ts';
import { ViewNames } from '../server/controllers/alerts.controller.ts';
import { ApiDescription } from '../server/controllers/description.controller.ts';
import { OpenIncidents } from '../server/controllers/localities.controller.ts';
import { RuleBacktests } from '../server/controllers/backtests.controller.ts';
import { RulesBeside } from '../server/controllers/packs.controller.ts';
import { Overview } from '../server/controllers/overview.controller.ts';
import { LiveHub, type Pulse } from '../server/live/live-hub.ts';
import { ParkedDesk } from '../server/controllers/parked.controller.ts';
import { RuleDesk } from '../server/controllers/rules.controller.ts';
import { ServerModule } from '../server/server.module.ts';
import type { Core } from './core.ts';
import type { Engine } from './engine.ts';
import { ProductOverview } from './overview.ts';
import { ProductParked } from './parked-desk.ts';
import { ProductBacktests } from './rule-backtests.ts';
import { ProductRuleDesk } from './rule-desk.ts';

function pulse(core: Core, engine: Engine, scope: Place): Pulse {
  const { register, tracker } = core.availability;
  const now = core.clock.now();
  const states = register
    .sources()
    .filter((source) => covers(scope, source.place))
    .map((source) => tracker.standing(source, now).state);
  return {
    lagSeconds: engine.lagSeconds(),
    sending: states.filter((state) => state === 'sending').length,
    expected: states.filter((state) => state !== 'off').length,
    unregistered: core.auth.keys.sourceless(scope).length,
  };
}

function liveHub(core: Core, engine: Engine): LiveHub {
  const { incidents, clock, auth } = core;
  return new LiveHub({
    feed: core.feed.feed,
    clock,
    pulse: (scope) => pulse(core, engine, scope),
    placeOf: (incident) => incidents.placeOf(incident),
    alive: (session) => auth.isAlive(session),
  });
}

function openIncidents({ incidents }: Core): OpenIncidents {
  return {
    openRows: (scope) =>
      [...incidents.open()]
        .filter((incident) => covers(scope, incident.place))
        .map((incident) => ({ locality: incident.place })),
  };
}

/** Everything in one process: what was opened before is handed to the doors. */
@Module({})
export class StandaloneModule {
  static over(
    core: Core,
    engine: Engine,
    version: string,
    description: ApiDescription,
  ): DynamicModule {
    const { config, names, catalog } = core;
    const viewNames: ViewNames = { ...names, ruleId: (code) => catalog.idOf(code) };
    const settings: ServerSettings = {
      publicUrl: config.http.public_url,
      secure:
        config.http.tls_cert_file !== undefined ||
        config.http.public_url?.startsWith('https:') === true,
      unit: config.unit,
    };
    const overview = new ProductOverview(core, engine, version);
    const values: [abstract new (...needs: never[]) => unknown, unknown][] = [
      [Audit, core.audit],
      [Auth, core.auth],
      [Availability, core.availability],
      [IncidentBook, core.incidents],
      [MaintenanceBook, engine.alerts.maintenance],
      [SilenceBook, engine.alerts.silences],
      [Outbox, new Outbox(core.documents, core.clock)],
      [Clock, core.clock],
      [Documents, core.documents],
      [EventStore, engine.events],
      [HealthBoard, core.board],
      [ServerSettings, settings],
      [ViewNames, viewNames],
      [OpenIncidents, openIncidents(core)],
      [Overview, overview],
      [RuleDesk, new ProductRuleDesk(core, overview.incidents.bind(overview), engine)],
      [RuleBacktests, new ProductBacktests(core, engine.events)],
      [RuleControl, core.rules.control],
      [RulePacks, core.rules.packs],
      [RulesBeside, rulesBeside(core)],
      [ParkedDesk, new ProductParked(core.ground.parked)],
      [LiveHub, liveHub(core, engine)],
      [ApiDescription, description],
    ];
    const providers = values.map(([provide, useValue]): Provider => ({ provide, useValue }));
    return { module: StandaloneModule, imports: [ServerModule.over(providers, core.log)] };
  }
}

/** What the catalogue in force knows of rules beside a pack. */
function rulesBeside({ catalog }: Core): RulesBeside {
  return {
    besides: (pack) => {
      const { sources, options } = catalog.bundle;
      const { placeholders } = options;
      return {
        sources: sources.filter((source) => source.pack !== pack),
        options: placeholders === undefined ? {} : { placeholders },
      };
    },
    titleOf: (id) => catalog.facts(id)?.titleVi ?? catalog.facts(id)?.title ?? id,
  };
}
