/** What a client of the `_bulk` door asks before or between its batches. */
export interface Handshake {
  readonly status: number;
  readonly text: string;
  readonly json: boolean;
}

/** The version that clients see; all that matters to them is its major number. */
const CLAIMED_VERSION = '8.19.2';

const ROOT = JSON.stringify({
  name: 'thapcanh',
  cluster_name: 'thapcanh',
  cluster_uuid: 'dGhhcGNhbmgtY29sbGVjdA',
  version: {
    number: CLAIMED_VERSION,
    build_flavor: 'default',
    build_type: 'tar',
    build_hash: '0000000000000000000000000000000000000000',
    build_date: '2025-01-01T00:00:00.000Z',
    build_snapshot: false,
    lucene_version: '9.12.2',
    minimum_wire_compatibility_version: '7.17.0',
    minimum_index_compatibility_version: '7.0.0',
  },
  tagline: 'You Know, for Search',
});

const LICENSE = { status: 'active', uid: 'thapcanh', type: 'basic', mode: 'basic' };
const NODE = {
  name: 'thapcanh',
  version: CLAIMED_VERSION,
  roles: ['data', 'ingest', 'master'],
  http: { publish_address: '127.0.0.1:9201', max_content_length_in_bytes: 104_857_600 },
  ingest: { processors: [{ type: 'geoip' }, { type: 'user_agent' }, { type: 'set' }] },
};
const NODES = {
  _nodes: { total: 1, successful: 1, failed: 0 },
  cluster_name: 'thapcanh',
  nodes: { thapcanh: NODE },
};
const CLUSTER = {
  cluster_name: 'thapcanh',
  status: 'green',
  timed_out: false,
  number_of_nodes: 1,
  number_of_data_nodes: 1,
  active_primary_shards: 1,
  active_shards: 1,
  relocating_shards: 0,
  initializing_shards: 0,
  unassigned_shards: 0,
};
const XPACK = { license: LICENSE, features: { ilm: { available: true, enabled: true } } };

/** One line of `_cat/health`. */
const CAT = '0 00:00:00 thapcanh green 1 1 1 1 0 0 0 0 0 - 100.0%\n';

/** Answers to GET by the first part of the path; anything else is `{}`. */
const BY_PART: Readonly<Record<string, (rest: string) => unknown>> = {
  _license: () => ({ license: LICENSE }),
  _xpack: (rest) => (rest.startsWith('license') ? { license: LICENSE } : XPACK),
  _nodes: () => NODES,
  _cluster: (rest) => (rest.startsWith('health') ? CLUSTER : {}),
  _ilm: () => ({}),
  _data_stream: (rest) => ({ data_streams: rest === '' ? [] : [{ name: rest, status: 'GREEN' }] }),
  _index_template: () => ({ index_templates: [] }),
  _component_template: () => ({ component_templates: [] }),
};

function json(value: unknown): Handshake {
  return { status: 200, text: JSON.stringify(value), json: true };
}

/**
 * The answer that lets a client begin: every path it asks is there and every object it wants to
 * make is taken as made. `path` has no base path and no query (spec ingest.md §1.3).
 */
export function handshake(method: string, path: string): Handshake {
  const [first = '', ...others] = path.split('/').filter((part) => part !== '');
  const rest = others.join('/').slice(0, 200);
  // Only own names: a path may be `constructor`.
  const answer = Object.hasOwn(BY_PART, first) ? BY_PART[first] : undefined;
  if (method !== 'GET' && method !== 'HEAD') {
    return json(answer === undefined || method === 'POST' ? {} : { acknowledged: true });
  }
  if (first === '') return { status: 200, text: ROOT, json: true };
  if (first === '_cat')
    return { status: 200, text: rest.startsWith('health') ? CAT : '', json: false };
  return json(answer?.(rest) ?? {});
}
