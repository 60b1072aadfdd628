import { z } from 'zod';

type Schema = Parameters<typeof z.fromJSONSchema>[0];

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

/** The description of the API, as far as a test reads it. */
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** One answer of the product. */
interface Given {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

interface Route {
  readonly pattern: RegExp;
  readonly method: string;
  readonly name: string;
  readonly operation: Operation;
}

const MEDIA = ['application/json', 'application/problem+json'];

/**
 * Holds answers to the description that the product gives of itself: says what is wrong with one,
 * nothing when it is as described. Addresses that are not described are no concern of it.
 */
export class Described {
  readonly #routes: readonly Route[];
  readonly #parts: Readonly<Record<string, object>>;
  readonly #schemas = new Map<object, z.ZodType>();

  constructor(description: Description) {
    this.#parts = description.components.schemas;
    const routes = Object.entries(description.paths).flatMap(([path, methods]): Route[] =>
      Object.entries(methods).map(([method, operation]) => ({
        pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
        method,
        name: `${method} ${path}`,
        operation,
      })),
    );
    // An address with a parameter also fits one that names a word in its place.
    this.#routes = routes.toSorted((a, b) => holes(a) - holes(b));
  }

  fault({ method, path, status, body }: Given): string | undefined {
    const [plain = ''] = path.split('?');
    const wanted = method.toLowerCase();
    const route = this.#routes.find((one) => one.method === wanted && one.pattern.test(plain));
    if (route === undefined) return undefined;
    const response = route.operation.responses[String(status)];
    if (response === undefined) {
      return `${route.name} answered ${status} (${JSON.stringify(body)}), which is not described`;
    }
    const schema = MEDIA.map((media) => response.content?.[media]?.schema).find(
      (found) => found !== undefined,
    );
    if (schema === undefined) return undefined;
    const read = this.#schemaOf(schema).safeParse(body);
    if (read.success) return undefined;
    return `${route.name} answered ${status} otherwise than described: ${z.prettifyError(read.error)}`;
  }

  #schemaOf(schema: object): z.ZodType {
    const known = this.#schemas.get(schema);
    if (known !== undefined) return known;
    const text = JSON.stringify({ ...schema, definitions: this.#parts });
    const local = JSON.parse(text.replaceAll('#/components/schemas/', '#/definitions/')) as Schema;
    const made = z.fromJSONSchema(local, { defaultTarget: 'openapi-3.0' });
    this.#schemas.set(schema, made);
    return made;
  }
}

function holes({ name }: Route): number {
  return name.split('{').length;
}
