import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';

import type { SessionView } from '#libs/protocol';

import { get, onSessionLost } from '../api/client.ts';
import { sessionQuery } from '../api/session.ts';
import { longDuration } from '../format/duration.ts';
import { millis } from '../format/time.ts';
import { useText } from '../i18n/text.tsx';
import { SignInForm } from '../pages/sign-in/sign-in-form.tsx';
import { Button } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useDesk, useLive } from './desk.tsx';
import styles from './shell.module.css';
import { useTicking } from './ticking.ts';

const WARN_MS = 2 * 60_000 + 30_000;

/**
 * Warns before the session ends, and signs in again over the page when it has ended: nothing typed
 * is lost.
 */
export function SessionGuard(): ReactNode {
  const text = useText();
  const cache = useQueryClient();
  const { session, queue, clock } = useDesk();
  const { link } = useLive();
  const [refused, setRefused] = useState(false);
  const lost = refused || link.kind === 'signed_out';
  const [expires, setExpires] = useState(() => millis(session.expires));
  useEffect(() => onSessionLost(() => setRefused(true)), []);
  const left = useTicking(() => {
    const rest = expires - clock.now();
    return rest > 0 && rest < WARN_MS ? longDuration(rest, text.units) : null;
  });
  const renewed = (fresh: SessionView): void => {
    cache.setQueryData(sessionQuery.queryKey, fresh);
    setExpires(millis(fresh.expires));
  };
  const again = (fresh: SessionView): void => {
    if (fresh.user !== session.user) {
      location.reload();
      return;
    }
    renewed(fresh);
    setRefused(false);
    queue.reconnect();
    void cache.invalidateQueries();
  };
  return (
    <>
      {left !== null && !lost ? (
        <div className={styles.expiry} role="alert">
          {text.shell.sessionEnds(left)}
          <Button onClick={() => void get<SessionView>('/session').then(renewed, () => {})}>
            {text.shell.extend}
          </Button>
        </div>
      ) : null}
      <Dialog title={text.signIn.title} open={lost} firm onClose={() => {}}>
        <p className={styles.lost}>{text.signIn.ended}</p>
        <SignInForm user={session.user} onDone={again} />
      </Dialog>
    </>
  );
}
