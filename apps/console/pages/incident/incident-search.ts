import { readTexts } from '../../search-params.ts';

/** Parts of an incident, as tabs of the panel and of the page. */
export const PANEL_TABS = ['evidence', 'timeline', 'related', 'playbook', 'comments'] as const;
export type PanelTab = (typeof PANEL_TABS)[number];

export function readTabSearch(search: Record<string, unknown>): { readonly tab?: PanelTab } {
  const { tab } = readTexts(search, ['tab']);
  const known = PANEL_TABS.find((name) => name === tab);
  return known === undefined ? {} : { tab: known };
}
