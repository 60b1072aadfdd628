import type { ReactNode } from 'react';

import { ago } from '../../format/duration.ts';
import { fullTime, millis } from '../../format/time.ts';
import { useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { useTicking } from '../../shell/ticking.ts';

/** How long ago, in the product's time; a dash when never. */
export function Since(props: { readonly at: string | null }): ReactNode {
  const text = useText();
  const { clock } = useDesk();
  const { at } = props;
  const said = useTicking(() => (at === null ? '–' : ago(clock.now() - millis(at), text.units)));
  return <span title={at === null ? undefined : fullTime(at)}>{said}</span>;
}
