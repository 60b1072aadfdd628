import { Outlet } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';

import type { SessionView } from '#libs/protocol';

import { useText } from '../i18n/text.tsx';
import { useGlobalKeys } from '../keyboard/global-keys.ts';
import { DeskProvider, useDesk, useLive } from './desk.tsx';
import { Footer } from './footer.tsx';
import { Help } from './help.tsx';
import { Palette } from './palette.tsx';
import { Rail } from './rail.tsx';
import { SessionGuard } from './session-guard.tsx';
import styles from './shell.module.css';
import { useReport } from './use-report.ts';

/** Sends what waited as soon as the connection is back. */
function Outbox(): ReactNode {
  const { acts } = useDesk();
  const { link } = useLive();
  const report = useReport();
  useEffect(() => {
    if (link.kind !== 'connected' || acts.queued === 0) return;
    void acts.flush().then((results) => {
      for (const { act, outcome } of results) report(act, outcome);
    });
  }, [acts, link.kind, report]);
  return null;
}

function Frame(): ReactNode {
  const text = useText();
  useGlobalKeys();
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        {text.shell.skip}
      </a>
      <Rail />
      <Outlet />
      <Footer />
      <Outbox />
      <Help />
      <Palette />
      <SessionGuard />
    </div>
  );
}

export function Shell(props: { readonly session: SessionView }): ReactNode {
  return (
    <DeskProvider key={props.session.user} session={props.session}>
      <Frame />
    </DeskProvider>
  );
}
