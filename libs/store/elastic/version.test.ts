import { describe, expect, it } from 'vitest';

import { judgeVersion } from './version.ts';

const ELASTIC = 'Elasticsearch';

/** Answers to `GET /_nodes?filter_path=nodes.*.version` as the servers give them. */
const answer = (...versions: string[]) => ({
  nodes: Object.fromEntries(
    versions.map((version, at) => [`aIHou_0ER9SEZHtAD1y${at}`, { version }]),
  ),
});

describe('judgeVersion', () => {
  it.each(['8.19.0', '8.19.7', '8.20.1', '9.0.0', '9.2.0', '9.4.3'])('takes %s', (version) => {
    expect(judgeVersion(ELASTIC, answer(version))).toEqual({ ok: true, version });
  });

  it.each([
    ['Elasticsearch 7', ELASTIC, answer('7.17.28'), 'version_too_old', '7.17.28'],
    ['Elasticsearch 8.18', ELASTIC, answer('8.18.4'), 'version_too_old', '8.18.4'],
    [
      'a cluster half upgraded',
      ELASTIC,
      answer('8.19.0', '7.17.28'),
      'version_too_old',
      '7.17.28, 8.19.0',
    ],
    ['OpenSearch 2', undefined, answer('2.19.1'), 'not_elasticsearch', '2.19.1'],
    ['OpenSearch 3', undefined, answer('3.1.0'), 'not_elasticsearch', '3.1.0'],
    ['Elasticsearch 10', ELASTIC, answer('10.0.0'), 'version_unknown', '10.0.0'],
    ['another server', undefined, 'It works!', 'not_elasticsearch', 'OpenSearch or another server'],
    ['an empty answer', ELASTIC, {}, 'not_elasticsearch', ELASTIC],
    ['null', undefined, null, 'not_elasticsearch', 'OpenSearch or another server'],
  ])('refuses %s and says what it found', (_name, product, body, reason, found) => {
    const check = judgeVersion(product, body);
    expect(check).toMatchObject({ ok: false, reason, found });
    if (check.ok) return;
    expect(check.message).toContain('8.19');
    expect(check.messageVi).toContain('cần Elasticsearch 8.19');
  });
});
