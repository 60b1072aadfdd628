import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
} from 'react';

import { useText } from '../i18n/text.tsx';
import { Icon } from './icon.tsx';
import styles from './toast.module.css';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

type Show = (toast: Omit<Toast, 'id'>) => void;

const TOAST_MS = 8_000;
const TOASTS_MAX = 3;
const Toasts = createContext<Show>(() => {});

export function useToast(): Show {
  return useContext(Toasts);
}

/**
 * Short words about what was just done, with a way back; they wait while they are pointed at or
 * focused.
 */
export function ToastProvider(props: { readonly children: ReactNode }): ReactNode {
  const text = useText();
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const next = useRef(0);
  const timers = useRef(new Map<number, ReturnType<typeof setTimeout>>());

  const close = useCallback((id: number) => {
    clearTimeout(timers.current.get(id));
    timers.current.delete(id);
    setToasts((all) => all.filter((toast) => toast.id !== id));
  }, []);
  const arm = useCallback(
    (id: number) =>
      timers.current.set(
        id,
        setTimeout(() => close(id), TOAST_MS),
      ),
    [close],
  );
  const hold = (): void => {
    for (const timer of timers.current.values()) clearTimeout(timer);
  };
  const release = (): void => {
    for (const toast of toasts) arm(toast.id);
  };
  const show = useMemo<Show>(
    () => (toast) => {
      next.current += 1;
      const id = next.current;
      setToasts((all) => [...all.slice(1 - TOASTS_MAX), { ...toast, id }]);
      arm(id);
    },
    [arm],
  );

  return (
    <Toasts value={show}>
      {props.children}
      {/* Only holds the timer. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        className={styles.region}
        role="status"
        onMouseEnter={hold}
        onMouseLeave={release}
        onFocus={hold}
        onBlur={release}
      >
        {toasts.map((toast) => (
          <div key={toast.id} className={styles.toast}>
            <span>{toast.text}</span>
            {toast.action === undefined ? null : (
              <button
                type="button"
                onClick={() => {
                  toast.action?.run();
                  close(toast.id);
                }}
              >
                {toast.action.label}
              </button>
            )}
            <button type="button" aria-label={text.act.close} onClick={() => close(toast.id)}>
              <Icon name="close" size={16} />
            </button>
          </div>
        ))}
      </div>
    </Toasts>
  );
}
