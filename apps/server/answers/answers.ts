import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { z } from 'zod';

import type { ProblemCode } from '../http/problem.ts';
import * as desk from './desk-answers.ts';
import * as incidents from './incident-answers.ts';
import * as overview from './overview-answers.ts';
import * as rules from './rule-answers.ts';
import * as ruleWork from './rule-work-answers.ts';
import * as places from './place-answers.ts';
import { pageOfRows, place } from './words.ts';

/** Parts that several answers share; each stands once in the description. */
export const SHARED = {
  Place: place,
  IncidentRow: incidents.incidentRow,
  Alert: incidents.alert,
  Event: incidents.event,
  Source: places.source,
  Probe: places.probe,
  Maintenance: places.maintenance,
  Silence: places.silence,
  User: desk.user,
  Key: desk.key,
} as const;

/** Everything a route can answer with when it did what was asked, by its name. */
export const ANSWERS = {
  Session: desk.session,
  OwnSessions: desk.ownSessions,
  User: desk.user,
  UserList: pageOfRows(desk.user),
  PersonList: pageOfRows(desk.person),
  SavedView: desk.savedView,
  SavedViewList: pageOfRows(desk.savedView),
  Key: desk.key,
  KeyList: pageOfRows(desk.key),
  NewKey: desk.newKey,
  RecordList: pageOfRows(desk.recordEntry),
  Verification: desk.verification,
  ParkedList: pageOfRows(desk.parked),
  ParkedDone: desk.parkedDone,
  Search: desk.search,
  Histogram: desk.histogram,
  Top: desk.top,
  Incident: incidents.incident,
  IncidentList: incidents.incidentList,
  IncidentCounts: incidents.incidentCounts,
  AlertList: pageOfRows(incidents.alert),
  Source: places.source,
  SourceList: pageOfRows(places.source),
  UnknownSenderList: pageOfRows(places.unknownSender),
  LocalityList: pageOfRows(places.locality),
  ProbeList: pageOfRows(places.probe),
  RegisteredSource: places.registeredSource,
  RegisteredService: places.registeredService,
  RegisteredProbe: places.registeredProbe,
  Maintenance: places.maintenance,
  MaintenanceList: pageOfRows(places.maintenance),
  Silence: places.silence,
  SilenceList: pageOfRows(places.silence),
  ServiceList: pageOfRows(places.service),
  Import: places.tableImport,
  NewUser: desk.newUser,
  Link: desk.link,
  EndedSessions: desk.endedSessions,
  DeliveryList: pageOfRows(desk.delivery),
  RuleList: pageOfRows(rules.ruleRow),
  RuleDetail: rules.ruleDetail,
  RulePackList: pageOfRows(rules.rulePack),
  Trial: rules.trial,
  Ledger: rules.ledger,
  RuleCheck: ruleWork.ruleCheck,
  PackChange: ruleWork.packChange,
  RuleSwitches: ruleWork.ruleSwitches,
  Standings: ruleWork.standings,
  RuleWhy: ruleWork.ruleWhy,
  Backtest: ruleWork.backtest,
  BacktestList: pageOfRows(ruleWork.backtest),
  Summary: overview.summary,
  Health: overview.health,
  Live: overview.live,
  Ready: overview.ready,
} as const satisfies Record<string, z.ZodType>;

type AnswerName = keyof typeof ANSWERS;

/** Answers that are no JSON of ours, with their media type. */
export const OTHER_ANSWERS = {
  nothing: undefined,
  csv: 'text/csv',
  metrics: 'text/plain',
  description: 'application/json',
} as const;

export const ANSWER_KEY = 'x-answer';
export const PROBLEMS_KEY = 'x-problems';

/**
 * What a route answers with, and the problems that only this route has; those that every route of
 * its kind can have are added by the description.
 */
export function Answers(
  answer: AnswerName | keyof typeof OTHER_ANSWERS,
  ...problems: readonly ProblemCode[]
): MethodDecorator & ClassDecorator {
  return applyDecorators(ApiExtension(ANSWER_KEY, answer), ApiExtension(PROBLEMS_KEY, problems));
}
