import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { PageFrame } from '../../shell/page-frame.tsx';
import { Empty } from '../../ui/controls.tsx';
import { TabPanel, Tabs } from '../../ui/tabs.tsx';
import styles from './admin.module.css';
import { KeysPart } from './keys-part.tsx';
import { RecordPart } from './record-part.tsx';
import { UsersPart } from './users-part.tsx';

const PARTS = ['users', 'keys', 'record'] as const;

/** People and keys, for administrators. */
export function AdminPage(): ReactNode {
  const text = useText();
  const { may } = useDesk();
  const { phan } = useSearch({ from: '/shell/quan-tri' });
  const navigate = useNavigate();
  const part = PARTS.find((one) => one === phan) ?? 'users';
  if (!may.administer) {
    return (
      <PageFrame title={text.admin.title}>
        <Empty icon="warning" title={text.shell.notAllowed} text={text.shell.notAllowedText} />
      </PageFrame>
    );
  }
  return (
    <PageFrame
      title={text.admin.title}
      bar={
        <Tabs
          name="admin"
          label={text.admin.tabs}
          value={part}
          onChange={(next) => void navigate({ to: '/quan-tri', search: { phan: next } })}
          items={PARTS.map((id) => ({
            id,
            label: id === 'record' ? text.record.tab : text.admin[id],
          }))}
        />
      }
    >
      <TabPanel name="admin" value={part} className={styles.page}>
        {part === 'users' ? <UsersPart /> : part === 'keys' ? <KeysPart /> : <RecordPart />}
      </TabPanel>
    </PageFrame>
  );
}
