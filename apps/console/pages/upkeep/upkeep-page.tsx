import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { useText } from '../../i18n/text.tsx';
import { PageFrame } from '../../shell/page-frame.tsx';
import table from '../../ui/table.module.css';
import { TabPanel, Tabs } from '../../ui/tabs.tsx';
import { SilencesPart } from './silences-part.tsx';
import { WindowsPart } from './windows-part.tsx';

const PARTS = ['windows', 'silences'] as const;

/** What is held back from the desk, by whom and until when. */
export function UpkeepPage(): ReactNode {
  const text = useText();
  const { phan } = useSearch({ from: '/shell/bao-tri' });
  const navigate = useNavigate();
  const part = phan === 'silences' ? 'silences' : 'windows';
  return (
    <PageFrame
      title={text.upkeep.title}
      bar={
        <Tabs
          name="upkeep"
          label={text.upkeep.tabs}
          value={part}
          onChange={(next) => void navigate({ to: '/bao-tri', search: { phan: next } })}
          items={PARTS.map((id) => ({ id, label: text.upkeep[id] }))}
        />
      }
    >
      <TabPanel name="upkeep" value={part} className={table.box ?? ''}>
        {part === 'windows' ? <WindowsPart /> : <SilencesPart />}
      </TabPanel>
    </PageFrame>
  );
}
