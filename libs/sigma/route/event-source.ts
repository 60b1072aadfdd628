import {
  CHANNELS,
  DATASETS,
  LINUX_SERVICES,
  SYSMON_CATEGORIES,
  WINDOWS_CATEGORIES,
  type SourceKind,
} from './sources.ts';

/** What an event says of where it comes from; an empty set says nothing. */
export interface EventSource {
  readonly products: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly categories: ReadonlySet<string>;
}

/** Fields that tell the source of an event, in the order in which `sourceOf` takes them. */
export const SOURCE_FIELDS: readonly (readonly string[])[] = [
  ['product'],
  ['service'],
  ['category'],
  ['event.dataset', 'data_stream.dataset'],
  ['Channel', 'winlog.channel'],
  ['EventID', 'winlog.event_id', 'event.code'],
  ['Provider_Name', 'winlog.provider_name', 'event.provider'],
  ['process.name', 'program'],
  ['event.category'],
];

/** Only the fields that name a log source outright, for comparing engines (`conflict`). */
export const EXPLICIT_FIELDS = 3;

/** Values of ECS `event.category` that are Sigma categories of the same meaning. */
const ECS_CATEGORIES: ReadonlySet<string> = new Set(['authentication']);

const SYSMON_LINUX = 'linux-sysmon';

/** The source that the values of `SOURCE_FIELDS` stand for; those of a list stand side by side. */
export function sourceOf(values: readonly string[]): EventSource {
  const [product = '', service = '', category = '', dataset = ''] = values;
  const [channel = '', eventId = '', provider = '', program = '', ecs = ''] = values.slice(4);
  const products = new Set<string>();
  const services = new Set<string>();
  const categories = new Set<string>();
  const add = (kind: SourceKind) => {
    if (kind.product !== undefined && products.size === 0) products.add(kind.product);
    if (kind.service !== undefined) services.add(kind.service);
    for (const one of kind.categories ?? []) categories.add(one);
  };
  if (product !== '') products.add(product);
  if (service !== '') services.add(service);
  if (category !== '') categories.add(category);
  for (const one of ecs.split(' ')) if (ECS_CATEGORIES.has(one)) categories.add(one);
  if (dataset !== '') add(datasetKind(dataset));
  add(windowsKind(channel, eventId, provider));
  if (products.has('linux') && LINUX_SERVICES.has(program)) services.add(program);
  return { products, services, categories };
}

function datasetKind(dataset: string): SourceKind {
  if (Object.hasOwn(DATASETS, dataset)) return DATASETS[dataset] ?? {};
  const [product = dataset, service] = dataset.split('.', 2);
  return service === undefined ? { product } : { product, service };
}

function windowsKind(channel: string, eventId: string, provider: string): SourceKind {
  const linux = provider === SYSMON_LINUX;
  const service = linux
    ? 'sysmon'
    : Object.hasOwn(CHANNELS, channel)
      ? CHANNELS[channel]
      : undefined;
  if (service === undefined) return {};
  const product = linux ? 'linux' : 'windows';
  const table = service === 'sysmon' ? SYSMON_CATEGORIES : WINDOWS_CATEGORIES;
  const key = service === 'sysmon' ? eventId : `${service} ${eventId}`;
  const categories = Object.hasOwn(table, key) ? table[key] : undefined;
  return { product, service, ...(categories === undefined ? {} : { categories }) };
}
