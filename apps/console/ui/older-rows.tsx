import type { ReactNode } from 'react';

import { useText } from '../i18n/text.tsx';
import { Button } from './controls.tsx';
import table from './table.module.css';

/** The button below a list that is read page by page; nothing once all of it is there. */
export function OlderRows(props: {
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    fetchNextPage(): Promise<unknown>;
  };
}): ReactNode {
  const text = useText();
  const { query } = props;
  if (!query.hasNextPage) return null;
  return (
    <div className={table.more}>
      <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {text.act.older}
      </Button>
    </div>
  );
}
