/**
 * How events lie in Elasticsearch: one index per day, one template for all of them. Fields of a
 * document stand flat, under their dotted names, so that no name can be both a value and an object.
 */

/** Format of template and documents; a higher number in the cluster means newer code runs there. */
export const EVENTS_FORMAT = 1;
/** Longest value in UTF-16 units that is indexed as it is; longer ones are found by reading. */
export const VALUE_CHARS_MAX = 2_000;
/** Longest value whose token stands whole. */
export const TOKEN_VALUE_CHARS_MAX = 2_000;
/** Part of a longer value that its token keeps, so that the field can be asked for. */
export const TOKEN_HEAD_CHARS = 64;
/** Longest field name with tokens of its own; events with longer ones are read. */
export const NAME_CHARS_MAX = 256;
/** Stands for all fields with longer names. */
export const LONG_NAMES = '*';

/** Fields of ours beside the event's own. */
export const OWN = {
  /** Time it is filed and evaluated under, ms. */
  time: 'soc.time',
  /** Time of receipt, ms. */
  received: 'soc.received',
  /** Orders events of one millisecond. */
  tie: 'soc.tie',
  /** `name:value` of what has no field of its own in the mapping. */
  tokens: 'soc.tokens',
  /** Words of the message. */
  words: 'soc.words',
  /** Words of the original that are not in the message; of their order nothing is kept. */
  moreWords: 'soc.more',
  /** Fields of this event whose values the index holds only roughly. */
  odd: 'soc.odd',
  /** JSON text of fields whose names Elasticsearch does not take. */
  rest: 'soc.rest',
} as const;

export const OWN_PREFIX = 'soc.';
/** Text of a number's field, for wildcards. */
export const CODE_TEXT = 'text';

/** How one field is indexed; `stored` is read only, `token` has no field of its own. */
export type FieldKind =
  | 'keyword'
  | 'ip'
  | 'long'
  | 'code'
  | 'date'
  | 'boolean'
  | 'message'
  | 'stored'
  | 'token';

const KEYWORDS = `
  agent.name agent.type cloud.account.id container.id container.name data_stream.dataset
  destination.address destination.domain destination.mac destination.user.name dns.question.name
  dns.question.type dns.response_code ecs.version email.from.address email.subject
  email.to.address error.code error.id error.message error.type event.action event.category
  event.code event.dataset event.id event.kind event.module event.outcome event.provider
  event.reason event.reference event.timezone event.type file.directory file.extension
  file.hash.md5 file.hash.sha1 file.hash.sha256 file.name file.path gov.app gov.auth.amr
  gov.dossier.code gov.locality.code gov.locality.commune_code gov.masked gov.otp.provider
  gov.otp.result gov.otp.stage gov.otp.telco gov.probe.id gov.probe.target gov.service.name
  gov.source.id gov.source.name gov.system.id gov.time.flag gov.upstream gov.vendor.id group.id
  group.name host.hostname host.id host.name host.os.family host.os.type http.request.method
  http.request.referrer http.version input.type log.level log.logger log.syslog.appname
  log.syslog.hostname log.syslog.msgid network.application network.community_id
  network.direction network.protocol network.transport network.type observer.hostname
  observer.name observer.product observer.serial_number observer.type observer.vendor
  organization.id organization.name process.args process.command_line process.executable
  process.name process.parent.command_line process.parent.executable process.parent.name
  process.working_directory registry.key registry.path registry.value related.hash related.hosts
  related.user rule.category rule.description rule.id rule.name rule.ruleset rule.uuid
  server.address service.name service.type source.address source.domain source.mac
  source.user.name tags threat.indicator.name tls.cipher tls.client.server_name tls.version
  trace.id url.domain url.extension url.fragment url.full url.original url.path url.query
  url.scheme user.domain user.effective.name user.email user.full_name user.group.name user.id
  user.name user.roles user.target.name user_agent.original winlog.channel winlog.computer_name
  winlog.event_id winlog.logon.type winlog.provider_name`;
const ADDRESSES = `
  client.ip destination.ip destination.nat.ip dns.resolved_ip host.ip network.forwarded_ip
  observer.ip related.ip server.ip source.ip source.nat.ip`;
const NUMBERS = `
  destination.bytes destination.packets event.duration event.sequence event.severity file.size
  http.request.body.bytes http.request.bytes http.response.body.bytes http.response.bytes
  log.syslog.priority network.bytes network.packets process.exit_code process.parent.pid
  process.pid process.thread.id source.bytes source.packets`;
const CODES = `
  destination.nat.port destination.port http.response.status_code log.syslog.facility.code
  log.syslog.severity.code source.nat.port source.port`;
const DATES = `
  @timestamp event.created event.end event.ingested event.start file.accessed file.created
  file.ctime file.mtime process.start tls.server.not_after tls.server.not_before`;
const BOOLEANS = 'dns.question.answered process.interactive tls.established tls.resumed';
const STORED = 'event.original';

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

const KIND_OF_FIELD: ReadonlyMap<string, FieldKind> = new Map([
  ...words(KEYWORDS).map((name) => [name, 'keyword'] as const),
  ...words(ADDRESSES).map((name) => [name, 'ip'] as const),
  ...words(NUMBERS).map((name) => [name, 'long'] as const),
  ...words(CODES).map((name) => [name, 'code'] as const),
  ...words(DATES).map((name) => [name, 'date'] as const),
  ...words(BOOLEANS).map((name) => [name, 'boolean'] as const),
  ...words(STORED).map((name) => [name, 'stored'] as const),
  ['message', 'message'] as const,
]);

export function kindOf(field: string): FieldKind {
  return KIND_OF_FIELD.get(field) ?? 'token';
}

const MAPPING_OF_KIND: Readonly<Record<Exclude<FieldKind, 'token'>, object>> = {
  keyword: { type: 'keyword', ignore_above: VALUE_CHARS_MAX },
  ip: { type: 'ip', ignore_malformed: true },
  long: { type: 'long', ignore_malformed: true },
  code: {
    type: 'long',
    ignore_malformed: true,
    fields: { [CODE_TEXT]: { type: 'keyword', ignore_above: VALUE_CHARS_MAX, doc_values: false } },
  },
  date: { type: 'date', format: 'strict_date_optional_time', ignore_malformed: true },
  boolean: { type: 'boolean', ignore_malformed: true },
  message: { type: 'text', index: false },
  stored: { type: 'keyword', index: false, doc_values: false },
};

/** A mapping of an index, as it is put and as it is given back. */
export interface Mapping {
  readonly dynamic: boolean | string;
  readonly subobjects: boolean;
  readonly properties: Readonly<
    Record<string, { readonly type?: string; readonly [more: string]: unknown }>
  >;
  readonly [more: string]: unknown;
}

export function eventMappings(): Mapping {
  const fields = [...KIND_OF_FIELD].map(([name, kind]) => [
    name,
    kind === 'token' ? {} : MAPPING_OF_KIND[kind],
  ]);
  const keyword = { type: 'keyword', norms: false };
  const text = { type: 'text', analyzer: 'whitespace', norms: false };
  return {
    _meta: { product: 'thapcanh', format: EVENTS_FORMAT },
    dynamic: false,
    subobjects: false,
    date_detection: false,
    properties: {
      ...(Object.fromEntries(fields) as Record<string, { readonly type?: string }>),
      [OWN.time]: { type: 'date', format: 'epoch_millis' },
      [OWN.tie]: { type: 'short', index: false },
      [OWN.tokens]: { ...keyword, doc_values: false },
      [OWN.odd]: keyword,
      [OWN.words]: text,
      [OWN.moreWords]: { ...text, index_options: 'docs' },
    },
  };
}

/** Names of ours in a cluster that others may use too. */
export interface EventNames {
  readonly template: string;
  /** Meets every event index and nothing else. */
  readonly pattern: string;
  index(day: number): string;
  /** The day of an index of ours, undefined for any other name. */
  dayOf(index: string): number | undefined;
}

const DAY_MS = 86_400_000;
const DAY_NAME = /^(\d{4})\.(\d{2})\.(\d{2})$/;

/** A day is the number of whole days since the epoch, UTC. */
export function dayOfTime(time: number): number {
  return Math.floor(time / DAY_MS);
}

/** `YYYY-MM-DD`. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

export function eventNames(prefix: string): EventNames {
  const stem = `${prefix}soc-events-`;
  return {
    template: `${prefix}soc-events`,
    pattern: `${stem}*`,
    index: (day) => stem + dayText(day).replaceAll('-', '.'),
    dayOf: (index) => {
      const parts = index.startsWith(stem) ? DAY_NAME.exec(index.slice(stem.length)) : null;
      if (parts === null) return undefined;
      const day = Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T00:00:00.000Z`) / DAY_MS;
      return Number.isInteger(day) ? day : undefined;
    },
  };
}

/** Above what other products usually give, so that a template for `*` never takes our place. */
const TEMPLATE_PRIORITY = 500;

/** What `PUT /_index_template` is given. `deletedBefore` is the first day not yet dropped. */
export function eventTemplate(
  { pattern }: EventNames,
  { dayShards, deletedBefore }: { readonly dayShards: number; readonly deletedBefore: number },
): object {
  return {
    index_patterns: [pattern],
    priority: TEMPLATE_PRIORITY,
    _meta: { product: 'thapcanh', format: EVENTS_FORMAT, deleted_before: dayText(deletedBefore) },
    template: {
      settings: {
        index: {
          codec: 'best_compression',
          number_of_shards: dayShards,
          // One copy as soon as a second node can hold it.
          auto_expand_replicas: '0-1',
          mapping: { ignore_malformed: true },
        },
      },
      mappings: eventMappings(),
    },
  };
}
