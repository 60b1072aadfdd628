import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { ApiFailure } from '../api/client.ts';
import { problemText } from '../api/problem-text.ts';
import { useLanguage, useText } from '../i18n/text.tsx';
import { Button, controls, Empty } from '../ui/controls.tsx';
import styles from './fallback.module.css';

/** What failed, what to do, an id to quote; never a stack (console.md R33). */
export function Broken({ error }: ErrorComponentProps): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const router = useRouter();
  const offline = error instanceof ApiFailure;
  const cause: unknown = error;
  const quoted = cause instanceof Error ? `${cause.name}: ${cause.message.slice(0, 120)}` : '?';
  return (
    <main className={styles.page}>
      <Empty
        icon="warning"
        heading
        title={text.fault.broken}
        text={offline ? problemText(error, text, language) : text.fault.brokenText}
      >
        {offline ? null : <code>{text.fault.code(quoted)}</code>}
        <Button look="primary" onClick={() => void router.invalidate()}>
          {text.act.retry}
        </Button>
      </Empty>
    </main>
  );
}

export function NotFound(): ReactNode {
  const text = useText();
  return (
    <main className={styles.page}>
      <Empty icon="search" heading title={text.shell.notFound} text={text.shell.notFoundText}>
        <Link to="/truc" className={controls.button}>
          {text.shell.backToDuty}
        </Link>
      </Empty>
    </main>
  );
}
