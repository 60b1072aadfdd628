import { type KeyboardEvent, type PointerEvent, type ReactNode, useState } from 'react';

import { useText } from '../../i18n/text.tsx';
import { numberPreference } from '../../shell/preference.ts';
import styles from './duty.module.css';

const WIDTH = { min: 320, max: 720, start: 384 };
const STEP_PX = 24;
const kept = numberPreference('panel', WIDTH);

/** The panel's width, remembered; dragged with the pointer or moved with the arrow keys. */
export function usePanelWidth(): readonly [width: number, splitter: ReactNode] {
  const text = useText();
  const [width, setWidth] = useState(() => kept.get());
  const change = (next: number): void => {
    kept.set(next);
    setWidth(Math.min(WIDTH.max, Math.max(WIDTH.min, Math.round(next))));
  };
  const drag = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    change(document.documentElement.clientWidth - event.clientX);
  };
  const press = (event: KeyboardEvent): void => {
    const step = event.code === 'ArrowLeft' ? STEP_PX : event.code === 'ArrowRight' ? -STEP_PX : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    change(width + step);
  };
  const splitter = (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={text.panel.resize}
      aria-valuenow={width}
      aria-valuemin={WIDTH.min}
      aria-valuemax={WIDTH.max}
      tabIndex={0}
      className={styles.splitter}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={press}
    />
  );
  return [width, splitter];
}
