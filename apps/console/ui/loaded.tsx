import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { ApiFailure } from '../api/client.ts';
import { problemText } from '../api/problem-text.ts';
import { useLanguage, useText } from '../i18n/text.tsx';
import { Button, Empty, Skeleton } from './controls.tsx';

/**
 * What a request gave, or its skeleton, or what failed with a way to try again (console.md R33).
 */
export function Loaded<T>(props: {
  readonly query: UseQueryResult<T>;
  readonly what: string;
  readonly children: (value: T) => ReactNode;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { query } = props;
  if (query.data !== undefined) return props.children(query.data);
  if (query.error === null) {
    return (
      <div style={{ padding: 16 }}>
        <Skeleton lines={12} />
      </div>
    );
  }
  const denied = query.error instanceof ApiFailure && query.error.status === 403;
  const code = query.error instanceof ApiFailure ? query.error.problem?.code : undefined;
  return (
    <Empty
      icon="warning"
      title={denied ? text.shell.notAllowed : text.fault.failed(props.what.toLowerCase())}
      text={denied ? text.shell.notAllowedText : problemText(query.error, text, language)}
    >
      {denied ? null : (
        <>
          <span>{text.fault.rest}</span>
          {code === undefined ? null : <code>{text.fault.code(code)}</code>}
          <Button look="primary" onClick={() => void query.refetch()}>
            {text.act.retry}
          </Button>
        </>
      )}
    </Empty>
  );
}
