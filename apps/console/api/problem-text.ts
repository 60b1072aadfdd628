import type { Catalogue, Language } from '../i18n/catalogue.ts';
import { ApiFailure } from './client.ts';

/**
 * What a failed request says to a person: the server's own words in their language, never a stack.
 */
export function problemText(failure: unknown, text: Catalogue, language: Language): string {
  if (!(failure instanceof ApiFailure) || failure.problem === null) return text.fault.offline;
  const { detail, detailVi, title, code } = failure.problem;
  const said = language === 'vi' ? detailVi || detail : detail || detailVi;
  return said || title || text.fault.code(code);
}
