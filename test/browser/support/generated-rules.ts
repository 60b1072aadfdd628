import type {
  BacktestView,
  LedgerView,
  PackChangeView,
  RuleCheckView,
  RuleDetailView,
  RulePackView,
  RuleSwitchesView,
  RuleRowView,
  RuleWhyView,
  StandingsView,
  TrialView,
  WhyView,
} from '#libs/protocol';

import { rules } from './generated-pages.ts';

const HOUR = 3_600_000;
const TEXT =
  'title: Surge of server errors\nid: 0d4f0c1e-0\ndetection:\n  selection:\n    http.response.status_code: 500\n  condition: selection\n';
const EDITED = TEXT.replace('500', '[500, 502, 503]');
const values = {
  level: null,
  threshold: null,
  timespanS: null,
  suppressS: null,
  ratio: null,
  baseline: null,
};

function rows(): RuleRowView[] {
  return rules().map((rule, at) => ({
    ...rule,
    pack: null,
    judged: at * 2,
    noisePercent: at === 0 ? null : (at * 13) % 60,
    fed: at === 4 ? 0 : 20 + at,
    fedNow: at === 4 ? 0 : 12 + at,
    fedByUs: at === 5,
    exceptions: at % 3,
    health: (['ok', 'partly', 'off', 'noisy', 'no_data', 'ok', 'silent'] as const)[at % 7] ?? 'ok',
    matches: at * 1_204,
    costUs: at === 1 ? null : 0.4 + at * 1.7,
  }));
}

function detail(id: string, now: number): RuleDetailView {
  const row = rows().find((one) => one.id === id || one.code === id) ?? rows()[0];
  if (row === undefined) throw new Error('there are no rules');
  const iso = (at: number): string => new Date(at).toISOString();
  return {
    ...row,
    kind: row.code === 'AE-01' ? 'match' : row.kind,
    description: 'Tỷ lệ lỗi 5xx của cổng dịch vụ công tăng đột ngột trong năm phút.',
    references: ['https://example.gov.vn/quy-trinh'],
    tags: ['attack.impact'],
    falsePositives: ['Triển khai phiên bản mới', 'Kiểm thử tải'],
    text: TEXT,
    original: TEXT,
    edits: [
      { number: 1, at: iso(now - 50 * HOUR), by: 'binh', reason: 'nâng mức', text: EDITED },
      { number: 2, at: iso(now - 20 * HOUR), by: 'an', reason: 'về bản gốc', text: null },
    ],
    parameters: {
      effective: { ...values, level: 'high', threshold: 20, timespanS: 300 },
      centre: { ...values, threshold: 20 },
      provinces: [
        {
          locality: { province: '12', provinceName: 'Lai Châu' },
          values: { ...values, threshold: 8 },
        },
      ],
    },
    exceptionList: [
      {
        id: 'x1',
        rule: row.id,
        where: { 'source.ip': ['10.66.0.5'], 'user_agent.original': ['*Nessus*'] },
        owner: 'Trần Bình',
        reason: 'Máy quét lỗ hổng của Sở, quét thứ hai hằng tuần',
        expires: iso(now + 100 * HOUR),
        expired: false,
        held: 1_204,
        locality: { province: '66', provinceName: 'Đắk Lắk' },
      },
    ],
    history: [
      { at: iso(now - HOUR), who: 'binh', what: 'rules.except', facts: { owner: 'Trần Bình' } },
      { at: iso(now - 9 * HOUR), who: 'binh', what: 'rules.reason', facts: { reason: 'sửa xong' } },
    ],
  };
}

function packs(now: number): RulePackView[] {
  const version = { by: 'binh', from: 'sigma_all_rules.zip', license: 'DRL 1.1' };
  const at = new Date(now).toISOString();
  return [
    {
      name: 'sigmahq',
      current: 2,
      enabled: true,
      versions: [
        { ...version, number: 1, at, rules: 3_120 },
        { ...version, number: 2, at, rules: 3_141 },
      ],
    },
  ];
}

function why(): WhyView {
  const test = { field: 'event.outcome', asked: 'failure', found: 'success', passed: false };
  const parts = [
    { name: 'selection', passed: false, tests: [{ ...test, passed: true }, test] },
    { name: 'filter', passed: true, tests: [{ ...test, field: 'user.name', found: null }] },
  ];
  const logsource = { asked: 'linux · sshd', found: 'nginx · webserver' };
  const member = { rule: 'm1', code: null, title: 'Đăng nhập hỏng', exception: null, logsource };
  return {
    matched: false,
    reason: 'condition',
    by: null,
    members: [
      { ...member, reason: 'condition', parts },
      { ...member, rule: 'm2', title: 'Đăng nhập được', reason: 'log_source', parts: [] },
    ],
  };
}

function standings(now: number): StandingsView {
  const at = new Date(now - 12_000).toISOString();
  const row = {
    locality: { province: '12', provinceName: 'Lai Châu' },
    group: { 'user.name': 'can-bo-mot-cua', 'source.ip': '203.0.113.9' },
    at,
    spanS: 300,
    matches: 7,
    measured: 7,
    needs: [{ op: 'gte', value: 10 }],
    members: [],
    lacks: 'threshold',
    ratio: null,
    baseline: null,
  } satisfies StandingsView['rows'][number];
  const members = [
    { rule: 'm1', title: 'Đăng nhập hỏng', seen: true },
    { rule: 'm2', title: 'Đăng nhập được', seen: false },
  ];
  return {
    rule: 'r',
    known: true,
    rows: [
      row,
      { ...row, needs: [], members, lacks: 'members', measured: 1 },
      { ...row, measured: 12, lacks: 'ratio', ratio: { share: 0.031, gte: 0.05 } },
      { ...row, measured: 14, lacks: null, baseline: 9 },
    ],
  };
}

function trial(): TrialView {
  return {
    lines: [
      {
        line: 1,
        event: true,
        fields: { 'source.ip': '203.0.113.9', message: 'Failed password for root' },
        matched: [{ id: 'r', code: 'SEC-01', title: 'Dò mật khẩu' }],
        why: why(),
      },
      { line: 2, event: false, fields: {}, matched: [], why: null },
    ],
  };
}

function ledger(now: number): LedgerView {
  const at = (hours: number): string => new Date(now - hours * HOUR).toISOString();
  const span = { silent: [], again: 0, limits: {} };
  return {
    rule: 'r',
    locality: { province: '00', provinceName: 'Trung tâm' },
    from: at(168),
    to: at(0),
    spans: [
      { ...span, from: at(168), to: at(90), state: 'evaluated', reasons: [] },
      { ...span, from: at(90), to: at(70), state: 'blind', reasons: ['sources_silent'] },
      { ...span, from: at(70), to: at(60), state: 'reevaluated', reasons: [], again: 12 },
      { ...span, from: at(60), to: at(0), state: 'evaluated', reasons: [] },
    ],
  };
}

function packChange(pack: string): PackChangeView {
  const rule = (nth: number) => ({
    id: `p${nth}`,
    title:
      ['Suspicious PowerShell Download', 'Mimikatz Command Line', 'Whoami Execution'][nth] ?? '',
    level: ['high', 'critical', 'medium'][nth] ?? 'low',
    file: `rules/windows/process_creation/proc_creation_win_${nth}.yml`,
  });
  return {
    pack,
    current: 2,
    files: 3_780,
    rules: 3_752,
    license: 'Detection Rule License 1.1',
    unchanged: 3_600,
    added: { total: 121, rows: [rule(0), rule(1), rule(2)] },
    changed: { total: 31, rows: [rule(1)] },
    removed: { total: 1, rows: [rule(2)] },
    refused: {
      total: 2,
      rows: [
        {
          file: `${pack}/rules/web/count.yml`,
          line: 14,
          column: 16,
          reason: 'legacy_aggregation',
          message: 'count() is no longer part of Sigma',
          instead: 'correlation:\n  type: event_count',
        },
      ],
    },
  };
}

/** A text with the word `contain` is wrong there. */
function checked(body: unknown): RuleCheckView {
  const { text } = body as { text: string };
  const at = text.split('\n').findIndex((line) => line.includes('contain'));
  if (at < 0) {
    return { problems: [], samples: { passed: 4, failures: ['ae-01.samples.yml: pass[0]'] } };
  }
  const problem = { file: '', line: at + 1, column: 5, reason: 'unknown_modifier' };
  const message = 'there is no modifier "contain"';
  return { problems: [{ ...problem, message, instead: 'contains' }], samples: null };
}

function switches(): RuleSwitchesView {
  return {
    packs: [],
    levels: ['informational'],
    logsources: [{ product: 'windows', category: 'process_creation' }],
    ids: [{ id: 'x', title: 'Phản hồi chậm' }],
    on: [{ id: 'y', title: 'Xoá nhật ký Linux' }],
  };
}

/** A run under way, one that is done, and one that could not run. */
function backtests(now: number): BacktestView[] {
  const at = (hours: number): string => new Date(now - hours * HOUR).toISOString();
  const locality = { province: '00', provinceName: 'Trung tâm' };
  const places = ['Lai Châu', 'Đắk Lắk', 'Thành phố Hồ Chí Minh'];
  const run: BacktestView = {
    id: 'b1',
    rule: 'r',
    by: 'binh',
    at: at(0.1),
    from: at(336),
    to: at(0),
    locality,
    draft: false,
    state: 'done',
    progress: 1,
    problems: [],
    report: {
      scanned: 48_210,
      matched: 1_902,
      alerts: 61,
      complete: false,
      counts: Array.from({ length: 24 }, (_, nth) => ({
        day: at(330 - nth * 13).slice(0, 10),
        locality: { province: String(12 + (nth % 3)), provinceName: places[nth % 3] ?? '' },
        alerts: 1 + ((nth * 7) % 5),
      })),
      examples: [1, 2, 3].map((nth) => ({
        id: `a${nth}`,
        rule_id: 'r',
        rule_code: 'SEC-01',
        rule_author: null,
        rule_license: null,
        title: 'Dò mật khẩu',
        level: 'high',
        group: { 'user.name': `can-bo-${nth}`, 'source.ip': '203.0.113.9' },
        first: at(300 - nth),
        last: at(299 - nth),
        count: 12 * nth,
        locality: { province: '12', provinceName: 'Lai Châu' },
        scope: 'system',
        late: false,
        state: 'in_force',
        by: null,
        incident: null,
        evidence: [],
      })),
    },
  };
  const problems = ['7:14: unknown modifier contain'];
  return [
    { ...run, id: 'b2', draft: true, state: 'running', progress: 0.42, report: null },
    run,
    { ...run, id: 'b3', draft: true, state: 'refused', problems, report: null },
  ];
}

/** What the stand-in answers for the page of rules; `undefined` for every other address. */
export function ruleAnswers(
  path: string,
  body: unknown,
): readonly [status: number, body: unknown] | undefined {
  const now = Date.now();
  const listed = <T>(all: readonly T[]) => ({ total: all.length, rows: all, cursor: null });
  if (path === '/ledger') return [200, ledger(now)];
  if (path.endsWith('/check')) return [200, checked(body)];
  if (path.endsWith('/standings')) return [200, standings(now)];
  if (path.endsWith('/why')) {
    const answer: RuleWhyView = {
      rule: 'r',
      event: 'e',
      why: why(),
      matched: [{ id: 'r2', code: 'SEC-04', title: 'Chiếm đoạt tài khoản' }],
      standings: standings(now),
    };
    return [200, answer];
  }
  if (path === '/backtests') return [200, listed(backtests(now))];
  if (path.startsWith('/backtests/')) return [200, { ...backtests(now)[0], state: 'canceled' }];
  if (path.endsWith('/backtests')) return [201, backtests(now)[0]];
  if (path === '/rules') return [200, listed(rows())];
  if (path === '/rule-packs') return [200, listed(packs(now))];
  if (path === '/rules/test') return [200, trial()];
  if (path === '/rule-switches') return [200, switches()];
  if (/\/(preview|import)$/.test(path)) {
    const change = packChange(path.split('/')[2] ?? '');
    return [200, path.endsWith('import') ? { ...change, current: 3 } : change];
  }
  if (path.startsWith('/rule-packs/') || path.startsWith('/exceptions/')) return [204, undefined];
  if (path.startsWith('/rules/')) return [200, detail(path.split('/')[2] ?? '', now)];
  return undefined;
}
