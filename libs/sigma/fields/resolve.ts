import { covers, type RuleLogsource } from '../route/logsource.ts';
import type { FieldRef, Making } from './field-ref.ts';
import { MAPPINGS, type Mapping } from './mapping.ts';

/**
 * Turns field names of rules into references; the same name of the same kind of source is the same
 * object.
 */
export class FieldResolver {
  readonly #applying = new Map<string, readonly Mapping[]>();
  readonly #known = new Map<string, FieldRef>();
  readonly #bySource = new Map<string, Map<string, FieldRef>>();

  /** Every reference given out so far. */
  known(): Iterable<FieldRef> {
    return this.#known.values();
  }

  /** Where a field of a rule is to be looked for. */
  resolve(name: string, logsource: RuleLogsource): FieldRef {
    const source = sourceKey(logsource);
    let refs = this.#bySource.get(source);
    if (refs === undefined) {
      refs = new Map();
      this.#bySource.set(source, refs);
    }
    let ref = refs.get(name);
    if (ref === undefined) {
      ref = this.#make(name, logsource);
      refs.set(name, ref);
    }
    return ref;
  }

  #make(name: string, logsource: RuleLogsource): FieldRef {
    const names = new Set([name]);
    let made: Making | undefined;
    for (const mapping of this.#mappings(logsource)) {
      const target = Object.hasOwn(mapping.fields, name) ? mapping.fields[name] : undefined;
      if (typeof target === 'string') names.add(target);
      else if (target !== undefined && 'make' in target) made ??= target;
      else for (const one of target ?? []) names.add(one);
      if (mapping.prefix !== undefined) names.add(mapping.prefix + name);
    }
    const key = JSON.stringify([...names, made]);
    const found = this.#known.get(key);
    if (found !== undefined) return found;
    const ref = { name, names: [...names], ...(made === undefined ? {} : { made }) };
    this.#known.set(key, ref);
    return ref;
  }

  #mappings(logsource: RuleLogsource): readonly Mapping[] {
    const key = sourceKey(logsource);
    let applying = this.#applying.get(key);
    if (applying === undefined) {
      applying = MAPPINGS.filter((mapping) => covers(mapping.when, logsource));
      this.#applying.set(key, applying);
    }
    return applying;
  }
}

/** The name under which a field is shown: ECS where there is one, before that of Winlogbeat. */
export function ecsName({ name, names }: FieldRef): string {
  if (name.includes('.')) return name;
  const dotted = names.filter((one) => one.includes('.'));
  return dotted.find((one) => !one.startsWith('winlog.')) ?? dotted[0] ?? name;
}

function sourceKey({ category = '', product = '', service = '' }: RuleLogsource): string {
  return `${category}|${product}|${service}`;
}
