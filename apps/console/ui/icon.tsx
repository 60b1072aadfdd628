import type { ReactNode } from 'react';

const PATHS = {
  duty: 'M12 4a6 6 0 00-6 6v4l-2 3h16l-2-3v-4a6 6 0 00-6-6zM10 20h4',
  search: 'M17 11a6 6 0 11-12 0 6 6 0 0112 0zM16 16l5 5',
  sources: 'M4 6h16v5H4zM4 13h16v5H4zM7 8.5h1M7 15.5h1',
  rules: 'M6 3h9l4 4v14H6zM9 12h7M9 16h7',
  summary: 'M4 20V10M10 20V4M16 20v-8M21 20H3',
  health: 'M3 12h4l2.5-6 4 12 2.5-6H21',
  admin:
    'M15 12a3 3 0 11-6 0 3 3 0 016 0zM12 3v3M12 18v3M3 12h3M18 12h3M6 6l2 2M16 16l2 2M6 18l2-2M16 8l2-2',
  upkeep: 'M14.5 6.5a4 4 0 00-5 5L4 17l3 3 5.500-5.500a4 4 0 005-5L15 12l-3-3z',
  account: 'M16 8a4 4 0 11-8 0 4 4 0 018 0zM4 21c1-4 4-6 8-6s7 2 8 6',
  command: 'M5 7l5 5-5 5M12.5 18H19',
  tower: 'M8 21l1.2-11h5.6L16 21M7 10h10l-1-4H8zM10 6V3h4v3M6 21h12',
  close: 'M6 6l12 12M18 6L6 18',
  left: 'M14.5 6L8.5 12l6 6',
  right: 'M9.5 6l6 6-6 6',
  down: 'M6 9.5l6 6 6-6',
  up: 'M6 14.5l6-6 6 6',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  plus: 'M12 5v14M5 12h14',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  pause: 'M9 6v12M15 6v12',
  play: 'M8 5.5l10 6.5-10 6.5z',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM14.5 12a2.5 2.5 0 11-5 0 2.5 2.5 0 015 0z',
  warning: 'M12 4l9.5 16.5h-19zM12 10v5M12 17.6h.01',
  clock: 'M21 12a9 9 0 11-18 0 9 9 0 0118 0zM12 7v5l3.5 2',
  sliders:
    'M4 7h9M17 7h3M4 17h3M11 17h9M15 7m-2 0a2 2 0 104 0 2 2 0 10-4 0M9 17m-2 0a2 2 0 104 0 2 2 0 10-4 0',
} as const;

export type IconName = keyof typeof PATHS;

/** A line drawing on a 24-pixel grid; decoration, so hidden from assistive technology. */
export function Icon(props: { readonly name: IconName; readonly size?: number }): ReactNode {
  const size = props.size ?? 20;
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={props.name === 'more' ? 2.6 : 1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[props.name]} />
    </svg>
  );
}
