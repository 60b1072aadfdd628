import { queryOptions } from '@tanstack/react-query';

import type { ListView, RuleDetailView, RuleRowView, StandingsView } from '#libs/protocol';

import { get } from '../../api/client.ts';

/** Rules asked for at once. */
const RULES_MAX = 1_000;
/** Windows move all the time. */
const STANDINGS_MS = 10_000;

export const rulesQuery = queryOptions({
  queryKey: ['rules'],
  queryFn: async () => {
    const rows: RuleRowView[] = [];
    let cursor: string | undefined;
    do {
      const page = await get<ListView<RuleRowView>>('/rules', { limit: RULES_MAX, cursor });
      rows.push(...page.rows);
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    return { rows, total: rows.length };
  },
});

export function ruleQuery(id: string) {
  return queryOptions({
    queryKey: ['rule', id],
    queryFn: () => get<RuleDetailView>(`/rules/${encodeURIComponent(id)}`),
  });
}

export function standingsQuery(id: string) {
  return queryOptions({
    queryKey: ['standings', id],
    queryFn: () => get<StandingsView>(`/rules/${encodeURIComponent(id)}/standings`),
    refetchInterval: STANDINGS_MS,
  });
}
