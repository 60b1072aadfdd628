import type { GroupField, Presence } from '#libs/model';

import type { CorrelationDocument, Drafts, RuleDraft } from './drafts.ts';
import type { ExceptionInForce } from './exceptions.ts';
import { ecsName, type FieldResolver } from './fields/resolve.ts';
import { adjusted, copyOf, type RuleParameters, tightened } from './parameters.ts';
import { parseCondition, type Named } from './read/condition.ts';
import { Refused, refusalOf } from './refusal.ts';
import type { Header } from './read/header.ts';
import { readMeta } from './read/meta.ts';
import type { CorrelationRule, Ours, Rule, RuleMeta } from './rule-set.ts';
import { asText, child, type MapNode, type ScalarNode, type YamlNode } from './yaml.ts';

type Member = RuleDraft | CorrelationDocument;

type LinkedCorrelation = Omit<CorrelationRule, 'silent' | 'meta' | 'file' | 'pack'>;

interface BareCorrelation {
  readonly document: CorrelationDocument;
  readonly linked: LinkedCorrelation;
}

/**
 * Puts rules and correlations together: names become ids, fields become ours, broken references are
 * refused.
 */
export function linkCorrelations(
  rules: readonly RuleDraft[],
  drafts: Drafts,
  resolver: FieldResolver,
  local: LocalRules,
): { rules: Rule[]; correlations: CorrelationRule[] } {
  return new Linker(rules, drafts, resolver, local).link();
}

/** What this place lays on its rules, by rule id. */
export interface LocalRules {
  readonly exceptions: ReadonlyMap<string, readonly ExceptionInForce[]>;
  readonly parameters: Readonly<Record<string, RuleParameters>>;
  /** By province first. */
  readonly provinces: Readonly<Record<string, Readonly<Record<string, RuleParameters>>>>;
}

const NO_EXCEPTIONS: readonly ExceptionInForce[] = [];

class Linker {
  readonly #drafts: Drafts;
  readonly #local: LocalRules;
  readonly #resolver: FieldResolver;
  readonly #named = new Map<string, Member>();
  readonly #rules: readonly RuleDraft[];

  constructor(
    rules: readonly RuleDraft[],
    drafts: Drafts,
    resolver: FieldResolver,
    local: LocalRules,
  ) {
    this.#local = local;
    this.#rules = rules;
    this.#drafts = drafts;
    this.#resolver = resolver;
    for (const member of [...rules, ...drafts.correlations]) {
      this.#named.set(member.id, member);
      if (member.name !== undefined) this.#named.set(member.name, member);
    }
  }

  link(): { rules: Rule[]; correlations: CorrelationRule[] } {
    const bare: BareCorrelation[] = [];
    // Members come before those they belong to, so what is refused here takes these with it.
    for (const document of this.#standing()) {
      const linked = this.#guard(document, () => this.#correlation(document));
      if (linked === undefined) this.#forget(document);
      else bare.push(linked);
    }
    const silent = silentIds(bare.map(({ linked }) => linked));
    const rules = this.#rules.flatMap(
      (draft) => this.#guard(draft, () => [this.#rule(draft, silent.has(draft.id))]) ?? [],
    );
    const correlations = bare.map(({ document, linked }) => {
      const readsMeta = metaReader(document);
      return this.#adjusted<CorrelationRule>({
        ...linked,
        silent: silent.has(linked.id),
        ...whereOf(document),
        get meta() {
          return readsMeta();
        },
      });
    });
    return { rules, correlations };
  }

  /**
   * Correlations whose members are all there and that are part of no cycle; the others are refused.
   */
  #standing(): CorrelationDocument[] {
    const order: CorrelationDocument[] = [];
    const state = new Map<CorrelationDocument, 'open' | 'done' | 'refused'>();
    const visit = (document: CorrelationDocument): boolean => {
      const known = state.get(document);
      if (known === 'done') return true;
      if (known === 'refused') return false;
      state.set(document, 'open');
      const fine = this.#guard(document, () => {
        for (const written of document.draft.rules) {
          const member = this.#member(written);
          if (!('draft' in member)) continue;
          if (state.get(member) === 'open') {
            const message = `the correlation is a member of itself by way of ${written.text}`;
            throw new Refused('correlation_cycle', written, message);
          }
          if (!visit(member)) {
            const message = `the member ${written.text} is refused itself`;
            throw new Refused('unknown_rule', written, message);
          }
        }
        return true;
      });
      state.set(document, fine === true ? 'done' : 'refused');
      if (fine === true) order.push(document);
      else this.#forget(document);
      return fine === true;
    };
    for (const document of this.#drafts.correlations) visit(document);
    return order;
  }

  #forget(document: CorrelationDocument): void {
    this.#named.delete(document.id);
    if (document.name !== undefined) this.#named.delete(document.name);
  }

  #member(written: ScalarNode): Member {
    const member = this.#named.get(written.text);
    if (member !== undefined) return member;
    const message = `there is no rule with the id or name ${written.text}`;
    throw new Refused('unknown_rule', written, message);
  }

  #correlation(document: CorrelationDocument): BareCorrelation {
    const { draft, node } = document;
    const members = draft.rules.map((written) => this.#member(written));
    if (draft.type === 'absence') {
      for (const [at, member] of members.entries()) {
        if (at > 0) refuseCorrelation(member, draft.rules[at] ?? node, 'what an absence waits for');
      }
    }
    const known = new Map<string, string>();
    for (const member of members) {
      known.set(member.id, member.id);
      if (member.name !== undefined) known.set(member.name, member.id);
    }
    const condition =
      'kind' in draft.condition
        ? memberExpr(
            parseCondition(draft.condition, { known: onePerMember(members), noun: 'rule' }),
          )
        : draft.condition;
    const [first] = members;
    const field = draft.field.map((name) =>
      first === undefined ? name : this.#field(name, first).from,
    );
    const linked = {
      id: document.id,
      ...(document.name === undefined ? {} : { name: document.name }),
      title: document.title,
      level: document.level,
      type: draft.type,
      rules: members.map(({ id }) => id),
      groupBy: draft.groupBy.map((name) => this.#groupBy(name, document, members)),
      timespanMs: draft.timespanMs,
      condition,
      ...(field.length === 0 ? {} : { field }),
      ...(draft.percentile === undefined ? {} : { percentile: draft.percentile }),
      generate: draft.generate,
      ours: this.#ours(document.ours, node),
    };
    return { document, linked };
  }

  #groupBy(
    name: ScalarNode,
    document: CorrelationDocument,
    members: readonly Member[],
  ): GroupField {
    const alias = document.draft.aliases.get(name.text);
    const fields = members.map((member) => {
      if (alias === undefined) return { member, ...this.#field(name.text, member) };
      const own = child(alias, member.name ?? member.id) ?? child(alias, member.id);
      if (own === undefined) {
        const message = `the alias ${name.text} names no field of ${member.name ?? member.id}`;
        throw new Refused('correlation', alias, message);
      }
      return { member, ...this.#field(asText(own, `aliases.${name.text}`), member) };
    });
    const [one] = fields;
    const shown = fields.every((field) => field.name === one?.name) ? one?.name : undefined;
    const same = fields.every((field) => field.from === one?.from) ? one?.from : undefined;
    return {
      name: alias === undefined ? (shown ?? name.text) : name.text,
      fieldOf: same ?? Object.fromEntries(fields.map(({ member, from }) => [member.id, from])),
    };
  }

  /**
   * The name under which a field is shown, and the names under which the events of a member hold it
   * (`a|b`: the first that is there); a correlation holds its own groups.
   */
  #field(name: string, member: Member): { readonly name: string; readonly from: string } {
    if (!('draft' in member)) {
      const ref = this.#resolver.resolve(name, member.logsource);
      return { name: ecsName(ref), from: ref.names.join('|') };
    }
    const [first] = member.draft.rules;
    const own = member.draft.aliases.has(name) || first === undefined;
    const shown = own ? name : this.#field(name, this.#member(first)).name;
    return { name: shown, from: shown };
  }

  #rule(draft: RuleDraft, silent: boolean): Rule {
    const readsMeta = metaReader(draft);
    return this.#adjusted<Rule>({
      id: draft.id,
      ...(draft.name === undefined ? {} : { name: draft.name }),
      title: draft.title,
      level: draft.level,
      logsource: draft.logsource,
      silent,
      get meta() {
        return readsMeta();
      },
      ours: this.#ours(draft.ours, draft.node),
      ...whereOf(draft),
      condition: draft.condition,
      exceptions: this.#local.exceptions.get(draft.id) ?? NO_EXCEPTIONS,
    });
  }

  #adjusted<T extends Rule | CorrelationRule>(rule: T): T {
    const { parameters, provinces } = this.#local;
    const given = Object.hasOwn(parameters, rule.id) ? parameters[rule.id] : undefined;
    const central = given === undefined ? rule : adjusted(rule, given);
    // A national rule knows no province.
    if (rule.ours.national) return central;
    const stricter = Object.entries(provinces).flatMap(([province, own]) => {
      const more = Object.hasOwn(own, rule.id) ? own[rule.id] : undefined;
      return more === undefined ? [] : [[province, tightened(central, more)] as const];
    });
    if (stricter.length === 0) return central;
    const byProvince = { value: Object.fromEntries(stricter), enumerable: true };
    return Object.defineProperty(copyOf(central), 'byProvince', byProvince);
  }

  #ours(ours: Ours, node: MapNode): Ours {
    const ids = (names: readonly string[]) =>
      names.map((name) => {
        const member = this.#named.get(name);
        if (member !== undefined) return member.id;
        const message = `there is no rule with the id or name ${name}`;
        throw new Refused('unknown_rule', child(node, 'thapcanh') ?? node, message);
      });
    for (const name of ours.ratio?.base ?? []) {
      const at = child(node, 'thapcanh') ?? node;
      refuseCorrelation(this.#named.get(name), at, 'the base of a ratio');
    }
    const { recovers, inhibits } = ours;
    if (recovers.length + inhibits.length === 0 && ours.ratio === undefined) return ours;
    const ratio = ours.ratio && { ...ours.ratio, base: ids(ours.ratio.base) };
    const named = { recovers: ids(recovers), inhibits: ids(inhibits) };
    return { ...ours, ...named, ...(ratio === undefined ? {} : { ratio }) };
  }

  #guard<T>(member: Member, link: () => T): T | undefined {
    try {
      return link();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#drafts.refused.push(refusalOf(error));
      return undefined;
    }
  }
}

/** Where matches are held against others they are events, which nothing takes back. */
function refuseCorrelation(member: Member | undefined, at: YamlNode, role: string): void {
  if (member === undefined || !('draft' in member)) return;
  const name = member.name ?? member.id;
  const message = `${role} is a rule, and ${name} is a correlation: name the rules that it counts`;
  throw new Refused('correlation', at, message);
}

function onePerMember(members: readonly Member[]): Map<string, string> {
  return new Map(members.map((member) => [member.name ?? member.id, member.id]));
}

function memberExpr(tree: Named<string>): Presence {
  if (tree.op === 'name') return { op: 'member', rule: tree.of };
  if (tree.op === 'not') return { op: 'not', of: memberExpr(tree.of) };
  return { op: tree.op, of: tree.of.map(memberExpr) };
}

/** Members and bases of correlations are silent, unless one of these generates. */
function silentIds(correlations: readonly LinkedCorrelation[]): ReadonlySet<string> {
  const silent = new Set<string>();
  const generated = new Set<string>();
  for (const { rules, generate, ours } of correlations) {
    for (const id of [...rules, ...(ours.ratio?.base ?? [])]) silent.add(id);
    if (generate) for (const id of rules) generated.add(id);
  }
  for (const id of generated) silent.delete(id);
  return silent;
}

function whereOf({ node }: Header): { readonly file: string; readonly pack?: string } {
  const { file, pack } = node.source;
  return { file, ...(pack === undefined ? {} : { pack }) };
}

/** Reads what is for people when it is first asked for. */
function metaReader({ node, nth }: Header): () => RuleMeta {
  const place = { source: node.source, offset: node.offset, nth };
  let meta: RuleMeta | undefined;
  return () => (meta ??= readMeta(place));
}
