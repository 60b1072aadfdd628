import type { ReactNode } from 'react';

import { useText } from '../../i18n/text.tsx';
import { Button } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import styles from './admin.module.css';

/** Asked before what cannot be taken back: it says what happens, and to whom. */
export function Confirm(props: {
  readonly title: string;
  readonly text: string;
  readonly act: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
}): ReactNode {
  const text = useText();
  return (
    <Dialog title={props.title} open onClose={props.onNo}>
      <p className={styles.ask}>{props.text}</p>
      <div className={styles.end}>
        <Button look="danger" onClick={props.onYes}>
          {props.act}
        </Button>
        <Button onClick={props.onNo}>{text.act.cancel}</Button>
      </div>
    </Dialog>
  );
}
