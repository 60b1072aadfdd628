import { z } from 'zod';

/** Text that `thapcanh config print` shows beside a key; the unit stands in the key's own name. */
function says<T extends z.ZodType>(schema: T, meaning: string): T {
  return schema.meta({ description: meaning });
}

const port = (fallback: number, meaning: string) =>
  says(z.int().min(0).max(65_535).default(fallback), `${meaning} (0 = any free port)`);

const address = (meaning: string) =>
  says(z.string().min(1).default('127.0.0.1'), `${meaning}; 0.0.0.0 listens on every interface`);

const count = (fallback: number, meaning: string, min = 1) =>
  says(z.int().min(min).default(fallback), meaning);

const channel = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: says(z.literal('smtp'), 'e-mail through an SMTP server'),
    name: z.string().min(1),
    url: says(z.string().min(1), 'smtp://user:password@host:port, or smtps://…'),
    from: z.string().min(3),
    to: z.array(z.string().min(3)).min(1),
  }),
  z.strictObject({
    kind: says(z.literal('webhook'), 'HTTP POST of a JSON body'),
    name: z.string().min(1),
    url: z.url(),
    secret_file: says(z.string().optional(), 'file with the key of the HMAC signature header'),
  }),
]);

/** The whole configuration; an unknown key is an error. */
export const configSchema = z.strictObject({
  unit: says(
    z.string().default('Trung tâm giám sát an ninh mạng'),
    'name of the unit on pages and reports',
  ),
  http: z
    .strictObject({
      address: address('address of the console, the API and the HTTP inputs'),
      port: port(8080, 'console, API and HTTP inputs'),
      tls_cert_file: says(
        z.string().optional(),
        'PEM certificate chain; with the key file it turns HTTPS on',
      ),
      tls_key_file: says(z.string().optional(), 'PEM private key'),
      public_url: says(
        z.url().optional(),
        'how people reach the console, for links and the Origin check',
      ),
      trusted_proxy: says(
        z.array(z.string()).default([]),
        'addresses or networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed',
      ),
    })
    .prefault({}),
  inputs: z
    .strictObject({
      bulk: z
        .strictObject({
          enabled: says(z.boolean().default(true), 'Elasticsearch-compatible _bulk door'),
          address: address('address of the _bulk door'),
          port: port(9201, '_bulk at the root, for senders that cannot take a path'),
        })
        .prefault({}),
      syslog_udp: z
        .strictObject({
          enabled: says(z.boolean().default(true), 'syslog over UDP'),
          address: address('address of syslog over UDP'),
          port: port(5514, 'syslog over UDP'),
          receive_buffer_bytes: count(8_388_608, 'kernel buffer asked for; see net.core.rmem_max'),
        })
        .prefault({}),
      syslog_tcp: z
        .strictObject({
          enabled: says(z.boolean().default(true), 'syslog over TCP'),
          address: address('address of syslog over TCP'),
          port: port(5514, 'syslog over TCP, octet counting or LF'),
          connections_max: count(12_000, 'connections at once'),
          idle_s: count(86_400, 'a connection that sends nothing for this long is closed'),
        })
        .prefault({}),
      syslog_tls: z
        .strictObject({
          address: address('address of syslog over TLS'),
          port: port(6514, 'syslog over TLS; open only with a certificate and a key'),
          tls_cert_file: says(z.string().optional(), 'PEM certificate chain of syslog over TLS'),
          tls_key_file: says(z.string().optional(), 'PEM private key of syslog over TLS'),
          client_ca_file: says(
            z.string().optional(),
            'PEM authority: only senders with a certificate of it are let in',
          ),
        })
        .prefault({}),
      body_bytes_max: count(104_857_600, 'largest HTTP body, as sent'),
      line_bytes_max: count(1_048_576, 'longest line that is kept as an event'),
      in_flight_bytes_max: count(134_217_728, 'bodies in memory that are not on disk yet'),
      hold_s: count(20, 'how long a reply is held under overload before 429'),
    })
    .prefault({}),
  spool: z
    .strictObject({
      bytes_max: count(10_737_418_240, 'size at which the doors refuse'),
      segment_bytes: count(67_108_864, 'size of one segment file'),
      reserve_bytes: count(268_435_456, 'room left on the disk at which the doors refuse'),
      quarantine_bytes_max: count(1_073_741_824, 'bodies set aside; the oldest goes first'),
    })
    .prefault({}),
  repeat: z
    .strictObject({
      window_s: count(
        600,
        'a whole body equal to one not fully answered within this time is a repeat',
      ),
      restart_s: count(2, 'the same for bodies answered this shortly before our stop'),
    })
    .prefault({}),
  time: z
    .strictObject({
      past_days_max: count(30, 'an older event is filed under its day of receipt'),
      future_s_max: count(300, 'an event further ahead is evaluated at its receipt'),
      zone_minutes: says(
        z.int().min(-840).max(840).default(420),
        'minutes east of UTC of stamps without a zone',
      ),
    })
    .prefault({}),
  store: z
    .strictObject({
      retention_days: count(366, 'events older than this are removed by whole days'),
      retention_reason: says(
        z.string().optional(),
        'why events are kept shorter than 366 days; required then, and recorded',
      ),
      documents_days: says(
        z.int().min(366).max(36_600).default(1_830),
        'closed incidents with their alerts and notices older than this are removed; recorded',
      ),
      disk_warn_percent: says(
        z.int().min(1).max(99).default(80),
        'disk use that opens an incident',
      ),
      disk_critical_percent: says(
        z.int().min(1).max(99).default(95),
        'disk use that opens a critical one',
      ),
    })
    .prefault({}),
  rules: z
    .strictObject({
      folders: says(
        z.array(z.string()).default([]),
        'folders of Sigma rules beside the built-in pack',
      ),
      lateness_s_max: count(43_200, 'a match later than this enters no window'),
      matches_per_key_max: count(200_000, 'matches kept per rule and group key'),
      keys_max: count(1_000_000, 'group keys kept per rule'),
    })
    .prefault({}),
  incidents: z
    .strictObject({
      join_gap_s: count(
        3_600,
        'alerts of one entity and place this close in time are one incident',
      ),
    })
    .prefault({}),
  availability: z
    .strictObject({
      silence_floor_s: count(600, 'a source is never called silent sooner than this'),
      check_interval_s: count(15, 'how often silence is judged'),
    })
    .prefault({}),
  notify: z
    .strictObject({
      severity_min: says(
        z.enum(['critical', 'high', 'medium', 'low']).default('critical'),
        'incidents of this severity and above are sent',
      ),
      channels: says(z.array(channel).default([]), 'where to send'),
    })
    .prefault({}),
  session: z
    .strictObject({
      hours_max: count(12, 'a session ends after this long'),
      idle_minutes: count(60, 'a session ends when unused for this long'),
    })
    .prefault({}),
  cluster: z
    .strictObject({
      redis_prefix: says(
        z
          .string()
          .regex(/^[a-z0-9][a-z0-9-]{0,40}$/)
          .default('thapcanh'),
        'our keys in REDIS_URL begin with it: others may use the same server',
      ),
      elasticsearch_prefix: says(
        z
          .string()
          .regex(/^([a-z0-9][a-z0-9-]{0,40})?$/)
          .default(''),
        'our indices in ELASTICSEARCH_URL begin with it',
      ),
      elasticsearch_api_key_file: says(z.string().optional(), 'file of the API key, base64'),
      elasticsearch_ca_file: says(
        z.string().optional(),
        'PEM file of the authority that signed the certificate of Elasticsearch',
      ),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: says(
        z.enum(['debug', 'info', 'warn', 'error']).default('info'),
        'lines of standard error',
      ),
    })
    .prefault({}),
});

/** The configuration with every default filled in. */
export type Config = z.output<typeof configSchema>;
