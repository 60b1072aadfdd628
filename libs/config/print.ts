import { z } from 'zod';

import { configSchema } from './schema.ts';

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly enum?: readonly unknown[];
}

function lines(schema: JsonSchema, indent: string): string[] {
  const out: string[] = [];
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    if (child.properties !== undefined) {
      out.push(`${indent}${key}:`, ...lines(child, `${indent}  `));
      continue;
    }
    const meaning = child.description ?? '';
    const choices = child.enum === undefined ? '' : ` [${child.enum.join(' | ')}]`;
    const value = child.default === undefined ? '' : ` ${JSON.stringify(child.default)}`;
    const entry = child.default === undefined ? `# ${key}:` : `${key}:${value}`;
    out.push(`${indent}# ${meaning}${choices}`, `${indent}${entry}`);
  }
  return out;
}

/**
 * Every key of the configuration as YAML, with its default, its unit (in the key's name) and its
 * meaning.
 */
export function printConfig(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchema;
  return `${lines(schema, '').join('\n')}\n`;
}
