import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { StandardSchemaValidationPipe } from '@nestjs/common';

import type { Logger } from '#libs/telemetry';

import { AccessGuard } from './access/access-guard.ts';
import { AdminController } from './controllers/admin.controller.ts';
import { AlertsController } from './controllers/alerts.controller.ts';
import { BacktestsController } from './controllers/backtests.controller.ts';
import { DeliveriesController } from './controllers/deliveries.controller.ts';
import { DeskController } from './controllers/desk.controller.ts';
import { DescriptionController } from './controllers/description.controller.ts';
import { EventsController } from './controllers/events.controller.ts';
import { IncidentsController } from './controllers/incidents.controller.ts';
import { LocalitiesController } from './controllers/localities.controller.ts';
import { MaintenanceController } from './controllers/maintenance.controller.ts';
import { OverviewController } from './controllers/overview.controller.ts';
import { PacksController } from './controllers/packs.controller.ts';
import { ParkedController } from './controllers/parked.controller.ts';
import { RecordController } from './controllers/record.controller.ts';
import { RegisterTableController } from './controllers/register-table.controller.ts';
import { RegisterController } from './controllers/register.controller.ts';
import { RuleEditorController } from './controllers/rule-editor.controller.ts';
import { RulesController } from './controllers/rules.controller.ts';
import { SessionController } from './controllers/session.controller.ts';
import { SilencesController } from './controllers/silences.controller.ts';
import { SourcesController } from './controllers/sources.controller.ts';
import { ProblemFilter } from './http/problem.ts';
import { LiveGateway } from './live/live.gateway.ts';

/** The API and the websocket over what is handed in: stores, books, registers. */
@Module({})
export class ServerModule {
  static over(provided: readonly Provider[], log: Logger): DynamicModule {
    return {
      module: ServerModule,
      controllers: [
        SessionController,
        IncidentsController,
        DeskController,
        AlertsController,
        EventsController,
        SourcesController,
        LocalitiesController,
        OverviewController,
        AdminController,
        DescriptionController,
        RegisterController,
        MaintenanceController,
        RecordController,
        DeliveriesController,
        SilencesController,
        RegisterTableController,
        RulesController,
        BacktestsController,
        PacksController,
        ParkedController,
        RuleEditorController,
      ],
      providers: [
        ...provided,
        LiveGateway,
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_PIPE, useValue: new StandardSchemaValidationPipe() },
        { provide: APP_FILTER, useValue: new ProblemFilter(log) },
      ],
    };
  }
}
