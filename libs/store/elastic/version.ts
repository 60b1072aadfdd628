/** Oldest version whose every answer the adapters are tried against. */
const OLDEST: readonly [major: number, minor: number] = [8, 19];
const NEWEST_MAJOR = 9;

/** What stands behind an address, judged before anything is written there. */
export type VersionCheck =
  | { readonly ok: true; readonly version: string }
  | {
      readonly ok: false;
      readonly reason: 'not_elasticsearch' | 'version_too_old' | 'version_unknown';
      readonly found: string;
      readonly message: string;
      readonly messageVi: string;
    };

const OTHER = 'OpenSearch or another server';
const WANTED = 'Elasticsearch 8.19 or 9';

/**
 * Judges the answer to `GET /_nodes`: its bodies' versions, of every node, and whether the product
 * named itself (`X-elastic-product`), which OpenSearch and others do not. A rolling upgrade is as
 * old as its oldest node.
 */
export function judgeVersion(product: string | undefined, body: unknown): VersionCheck {
  const found = versionsOf(body);
  const shown = found.length === 0 ? 'nothing' : found.join(', ');
  if (product !== 'Elasticsearch' || found.length === 0) {
    return refusal('not_elasticsearch', found.length === 0 ? (product ?? OTHER) : shown);
  }
  if (found.some((version) => isOlder(version))) return refusal('version_too_old', shown);
  if (found.some((version) => majorOf(version) > NEWEST_MAJOR)) {
    return refusal('version_unknown', shown);
  }
  return { ok: true, version: found[0] ?? '' };
}

function versionsOf(body: unknown): string[] {
  const nodes = (body as { nodes?: Record<string, { version?: unknown }> } | null)?.nodes ?? {};
  const found = Object.values(nodes).map(({ version }) => version);
  return [...new Set(found.filter((version) => typeof version === 'string'))].toSorted();
}

function majorOf(version: string): number {
  return Number(version.split('.')[0]);
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return !(major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]));
}

function refusal(
  reason: Extract<VersionCheck, { ok: false }>['reason'],
  found: string,
): VersionCheck {
  const why = {
    not_elasticsearch: [
      'What answers there is no Elasticsearch',
      'Máy chủ ở đó không phải Elasticsearch',
    ],
    version_too_old: ['The Elasticsearch there is too old', 'Elasticsearch ở đó quá cũ'],
    version_unknown: [
      'The Elasticsearch there is newer than this version knows',
      'Elasticsearch ở đó mới hơn phiên bản được hỗ trợ',
    ],
  }[reason];
  return {
    ok: false,
    reason,
    found,
    message: `${why[0]} (${found}); ${WANTED} is needed.`,
    messageVi: `${why[1]} (${found}); cần ${WANTED}.`,
  };
}
