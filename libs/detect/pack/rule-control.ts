import { randomUUID } from 'node:crypto';

import { CENTRE, covers, type Clock, type Comparison, type Place } from '#libs/model';
import type {
  CompileOptions,
  RuleException,
  RuleLogsource,
  RuleParameters,
  RuleSwitches,
} from '#libs/sigma';
import type { Documents } from '#libs/store';

import type { Recorder } from './recorder.ts';

const SETTINGS_KIND = 'rule-settings';
const SETTINGS = 'rules';
const EXCEPTION_KIND = 'rule-exception';
const PLACE = { province: CENTRE };
/** Exceptions at once, and entries of one switch. */
const EXCEPTIONS_MAX = 2_000;
const SWITCHED_MAX = 5_000;
const REASON_CHARS_MAX = 1_000;
/** Longest life of an exception, ms: a year. */
const LIFE_MS_MAX = 366 * 86_400_000;
/** An exception that expired stays for events that come late, ms. */
const EXPIRED_KEPT_MS = 31 * 86_400_000;
const TRIES_MAX = 5;
const PLACEHOLDER = /^[A-Za-z0-9_.-]{1,60}$/;
const PLACEHOLDER_VALUES_MAX = 1_000;

/** What rules are chosen by to be switched on or off. */
export type SwitchBy =
  | { readonly by: 'pack' | 'id'; readonly value: string }
  | { readonly by: 'level'; readonly value: RuleSwitches['levels'][number] }
  | { readonly by: 'logsource'; readonly value: RuleLogsource };

/** What is laid on the rules in force. */
export interface RuleSettings {
  readonly switches: RuleSwitches;
  /** By id of the rule, for all places. */
  readonly parameters: Readonly<Record<string, RuleParameters>>;
  /** By province, then by id of the rule. */
  readonly provinces: Readonly<Record<string, Readonly<Record<string, RuleParameters>>>>;
  /** Values of `%name%` placeholders in rules, by name. */
  readonly placeholders: Readonly<Record<string, readonly string[]>>;
}

export type ControlRefused = {
  readonly reason:
    | 'too_many'
    | 'conflict'
    | 'reason_required'
    | 'owner_required'
    | 'fields_required'
    | 'bad_expiry'
    | 'exception_unknown'
    | 'out_of_scope'
    | 'not_tighter'
    | 'bad_name';
};

export interface ControlNeeds {
  readonly documents: Documents;
  readonly clock: Clock;
  readonly record: Recorder;
  /** Tells every process that rules changed. */
  readonly touch: () => Promise<void>;
}

const NOTHING: RuleSettings = {
  switches: { packs: [], levels: [], logsources: [], ids: [], on: [] },
  parameters: {},
  provinces: {},
  placeholders: {},
};

/** Switches, parameters and exceptions of rules: kept as documents, every change in the record. */
export class RuleControl {
  readonly #needs: ControlNeeds;

  constructor(needs: ControlNeeds) {
    this.#needs = needs;
  }

  async settings(): Promise<RuleSettings> {
    const found = await this.#needs.documents.get<RuleSettings>(SETTINGS_KIND, SETTINGS);
    return { ...NOTHING, ...found?.body };
  }

  /** What the compiler is to lay on the rules. */
  async options(): Promise<CompileOptions> {
    const { switches, parameters, provinces, placeholders } = await this.settings();
    const exceptions = await this.exceptions();
    return { switches, parameters, provinces, placeholders, exceptions };
  }

  /** Switches rules on or off, for all places. */
  async switch(
    turn: 'on' | 'off',
    what: SwitchBy,
    who: string,
  ): Promise<RuleSettings | ControlRefused> {
    const target = typeof what.value === 'string' ? what.value : JSON.stringify(what.value);
    return this.#change(
      (settings) => ({ ...settings, switches: turned(settings.switches, turn, what) }),
      { who, what: `rules.${turn}`, target: `${what.by} ${target}`, place: PLACE, facts: {} },
    );
  }

  /**
   * Sets the parameters of a rule: by the centre for all places, by a province for itself, where it
   * can only make a threshold stricter. Undefined takes them away.
   */
  async parameters(
    rule: string,
    given: RuleParameters | undefined,
    place: Place,
    who: string,
  ): Promise<RuleSettings | ControlRefused> {
    const centre = place.province === CENTRE;
    const { parameters } = await this.settings();
    if (!centre && given !== undefined && !isTighter(given, parameters[rule])) {
      return { reason: 'not_tighter' };
    }
    const put = (all: Readonly<Record<string, RuleParameters>>) => {
      const others = Object.entries(all).filter(([id]) => id !== rule);
      return Object.fromEntries(given === undefined ? others : [...others, [rule, given]]);
    };
    return this.#change(
      (settings) => {
        if (centre) return { ...settings, parameters: put(settings.parameters) };
        const own = put(settings.provinces[place.province] ?? {});
        return { ...settings, provinces: { ...settings.provinces, [place.province]: own } };
      },
      { who, what: 'rules.parameters', target: rule, place, facts: factsOf(given) },
    );
  }

  /** Gives a `%name%` in rules its values; without any it is unknown again. */
  async placeholder(
    name: string,
    values: readonly string[],
    who: string,
  ): Promise<RuleSettings | ControlRefused> {
    if (!PLACEHOLDER.test(name)) return { reason: 'bad_name' };
    if (values.length > PLACEHOLDER_VALUES_MAX) return { reason: 'too_many' };
    return this.#change(
      (settings) => {
        const others = Object.entries(settings.placeholders).filter(([one]) => one !== name);
        const placeholders = Object.fromEntries(
          values.length === 0 ? others : [...others, [name, values]],
        );
        return { ...settings, placeholders };
      },
      {
        who,
        what: 'rules.placeholder',
        target: name,
        place: PLACE,
        facts: { values: values.join(', ') },
      },
    );
  }

  /** Exceptions that may still hold an event, the newest first. */
  async exceptions(): Promise<readonly RuleException[]> {
    const { documents, clock } = this.#needs;
    const request = { scope: PLACE, limit: EXCEPTIONS_MAX };
    const page = await documents.list<RuleException>(EXCEPTION_KIND, request);
    const now = clock.now();
    return page.rows
      .map(({ body }) => body)
      .filter(({ expires }) => expires + EXPIRED_KEPT_MS > now);
  }

  /** States an exception; a province can state it only for itself. */
  async except(
    given: Omit<RuleException, 'id'>,
    scope: Place,
    who: string,
  ): Promise<RuleException | ControlRefused> {
    const { documents, clock } = this.#needs;
    const refused = await this.#refusal(given, scope);
    if (refused !== undefined) return { reason: refused };
    const exception = { ...given, id: randomUUID() };
    await documents.write([
      {
        kind: EXCEPTION_KIND,
        id: exception.id,
        expect: 'absent',
        body: exception,
        place: given.place ?? PLACE,
        order: clock.now(),
      },
    ]);
    const { rule, owner, reason, expires } = given;
    const facts = { rule, owner, reason, expires: new Date(expires).toISOString() };
    await this.#tell({ who, what: 'rules.except', target: exception.id, place: scope, facts });
    return exception;
  }

  /** Ends an exception now. */
  async endException(
    id: string,
    scope: Place,
    who: string,
  ): Promise<{ readonly ended: true } | ControlRefused> {
    const { documents } = this.#needs;
    const found = await documents.get<RuleException>(EXCEPTION_KIND, id);
    if (found === undefined) return { reason: 'exception_unknown' };
    if (!covers(scope, found.body.place ?? PLACE)) return { reason: 'out_of_scope' };
    const { place, order, version: expect } = found;
    const [result] = await documents.write([
      { kind: EXCEPTION_KIND, id, expect, body: null, place, order },
    ]);
    if (result?.done !== true) return { reason: 'conflict' };
    const facts = { rule: found.body.rule };
    await this.#tell({ who, what: 'rules.end-exception', target: id, place: scope, facts });
    return { ended: true };
  }

  async #refusal(
    { owner, reason, expires, where, place }: Omit<RuleException, 'id'>,
    scope: Place,
  ): Promise<ControlRefused['reason'] | undefined> {
    const now = this.#needs.clock.now();
    if (owner.trim() === '') return 'owner_required';
    if (reason.trim() === '' || reason.length > REASON_CHARS_MAX) return 'reason_required';
    if (Object.keys(where).length === 0) return 'fields_required';
    if (!(expires > now && expires <= now + LIFE_MS_MAX)) return 'bad_expiry';
    if (!covers(scope, place ?? PLACE)) return 'out_of_scope';
    return (await this.exceptions()).length >= EXCEPTIONS_MAX ? 'too_many' : undefined;
  }

  async #change(
    change: (settings: RuleSettings) => RuleSettings,
    entry: Parameters<Recorder>[0],
  ): Promise<RuleSettings | ControlRefused> {
    const { documents, clock } = this.#needs;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const found = await documents.get<RuleSettings>(SETTINGS_KIND, SETTINGS);
      const body = change({ ...NOTHING, ...found?.body });
      const { ids, on, logsources } = body.switches;
      if (ids.length + on.length + logsources.length > SWITCHED_MAX) return { reason: 'too_many' };
      const expect = found?.version ?? 'absent';
      const order = clock.now();
      const [result] = await documents.write([
        { kind: SETTINGS_KIND, id: SETTINGS, expect, body, place: PLACE, order },
      ]);
      if (result?.done !== true) continue;
      await this.#tell(entry);
      return body;
    }
    return { reason: 'conflict' };
  }

  async #tell(entry: Parameters<Recorder>[0]): Promise<void> {
    await this.#needs.touch();
    await this.#needs.record(entry);
  }
}

function turned(switches: RuleSwitches, turn: 'on' | 'off', what: SwitchBy): RuleSwitches {
  const listed = <T>(all: readonly T[], one: T): T[] => {
    const text = JSON.stringify(one);
    const others = all.filter((each) => JSON.stringify(each) !== text);
    return turn === 'off' ? [...others, one] : others;
  };
  if (what.by === 'pack') return { ...switches, packs: listed(switches.packs, what.value) };
  if (what.by === 'level') return { ...switches, levels: listed(switches.levels, what.value) };
  if (what.by === 'logsource') {
    return { ...switches, logsources: listed(switches.logsources, what.value) };
  }
  const on = switches.on.filter((id) => id !== what.value);
  const ids = listed(switches.ids, what.value);
  return { ...switches, ids, on: turn === 'on' ? [...on, what.value] : on };
}

/** True when every threshold asked for is no higher than the centre's, where that says one. */
function isTighter(given: RuleParameters, centre: RuleParameters | undefined): boolean {
  const least = (all: readonly Comparison[] | undefined) =>
    all?.find(({ op }) => op === 'gte' || op === 'gt')?.value;
  const fits = (mine: number | undefined, theirs: number | undefined) =>
    mine === undefined || theirs === undefined || mine <= theirs;
  return (
    fits(least(given.condition), least(centre?.condition)) &&
    fits(given.ratio?.gte, centre?.ratio?.gte) &&
    fits(given.baseline?.gte, centre?.baseline?.gte)
  );
}

function factsOf(given: RuleParameters | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(given ?? {}).map(([name, value]) => [name, JSON.stringify(value)]),
  );
}
