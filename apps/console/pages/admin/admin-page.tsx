import type { ReactNode } from 'react';

import { useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { PageFrame } from '../../shell/page-frame.tsx';
import { Empty } from '../../ui/controls.tsx';

export function AdminPage(): ReactNode {
  const text = useText();
  const { session } = useDesk();
  return (
    <PageFrame title={text.admin.title}>
      {session.role === 'admin' ? (
        <Empty icon="admin" title={text.admin.notHere} text={text.admin.notHereText} />
      ) : (
        <Empty icon="warning" title={text.shell.notAllowed} text={text.shell.notAllowedText} />
      )}
    </PageFrame>
  );
}
