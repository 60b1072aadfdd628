import { enRuleWork } from '../../i18n/en-rule-work.ts';
import { useLanguage } from '../../i18n/text.tsx';
import { viRuleWork } from '../../i18n/vi-rule-work.ts';

/** Words of work on rules, which come with these pages and not with the first load. */
export function useRuleWords(): typeof viRuleWork {
  return useLanguage().language === 'vi' ? viRuleWork : enRuleWork;
}
