import { type ReactNode, useEffect, useId, useLayoutEffect, useRef } from 'react';

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
  const { open, firm = false, onClose } = props;
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  // Before the next key: what is typed at once belongs to the dialog.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!open || element === null) return;
    element.showModal();
    const onBackdrop = (event: MouseEvent): void => {
      if (event.target === element && !firm) close.current();
    };
    element.addEventListener('click', onBackdrop);
    return () => element.removeEventListener('click', onBackdrop);
  }, [open, firm]);
  if (!open) return null;
  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        if (!firm) onClose();
      }}
    >
      <div className={styles.dialogBody}>
        <h2 id={title}>{props.title}</h2>
        {props.children}
      </div>
    </dialog>
  );
}
