import { type ReactNode, useEffect, useId, useRef } from 'react';

import styles from './popup.module.css';

/**
 * A question or form over the page. The browser's own modal dialog keeps the focus inside and the
 * page behind it out
 * of reach; Escape and the backdrop close it unless `firm`.
 */
export function Dialog(props: {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly firm?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const title = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const { open } = props;
  useEffect(() => {
    if (open) dialog.current?.showModal();
  }, [open]);
  if (!open) return null;
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-
    // element-interactions -- the backdrop; Escape is onCancel
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        if (props.firm !== true) props.onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current && props.firm !== true) props.onClose();
      }}
    >
      <div className={styles.dialogBody}>
        <h2 id={title}>{props.title}</h2>
        {props.children}
      </div>
    </dialog>
  );
}
