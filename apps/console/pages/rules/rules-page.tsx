import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { PageFrame } from '../../shell/page-frame.tsx';
import table from '../../ui/table.module.css';
import { TabPanel, Tabs } from '../../ui/tabs.tsx';
import { PacksPart } from './packs-part.tsx';
import { RulePart } from './rule-part.tsx';
import { RulesPart } from './rules-part.tsx';
import { TrialPart } from './trial-part.tsx';

const PARTS = ['list', 'trial', 'packs'] as const;

/** The rules in force, one of them, packs of imported ones, and a place to try log lines. */
export function RulesPage(): ReactNode {
  const text = useText();
  const { may } = useDesk();
  const { phan, id } = useSearch({ from: '/shell/luat' });
  const navigate = useNavigate();
  const part = PARTS.find((one) => one === phan) ?? 'list';
  const shown = PARTS.filter((one) => one !== 'trial' || may.search);
  return (
    <PageFrame
      title={text.rules.title}
      bar={
        <Tabs
          name="rules"
          label={text.ruleDesk.tabs}
          value={part}
          onChange={(next) => void navigate({ to: '/luat', search: { phan: next } })}
          items={shown.map((one) => ({ id: one, label: text.ruleDesk[one] }))}
        />
      }
    >
      <TabPanel name="rules" value={part} className={table.box}>
        {part === 'trial' ? (
          <TrialPart />
        ) : part === 'packs' ? (
          <PacksPart />
        ) : id === undefined ? (
          <RulesPart />
        ) : (
          <RulePart key={id} id={id} />
        )}
      </TabPanel>
    </PageFrame>
  );
}
