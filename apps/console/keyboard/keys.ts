/** What a key event looks like to us; a real KeyboardEvent has all of it. */
export interface KeyLike {
  readonly code: string;
  readonly key: string;
  readonly keyCode: number;
  readonly isComposing: boolean;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly target: EventTarget | null;
}

const COMPOSING_KEY_CODE = 229;

/**
 * True while an input method is making a character: Telex and VNI send keys that mean nothing by
 * themselves.
 */
export function isComposing(event: KeyLike): boolean {
  return event.isComposing || event.keyCode === COMPOSING_KEY_CODE || event.key === 'Process';
}

interface MaybeElement {
  readonly tagName?: string;
  readonly isContentEditable?: boolean;
  readonly type?: string;
}

const TYPING_INPUTS_NOT = ['checkbox', 'radio', 'button', 'submit', 'reset', 'range'];

/** True when the key goes into text that a person writes. */
export function isTyping(event: KeyLike): boolean {
  const target = event.target as MaybeElement | null;
  const tag = target?.tagName ?? '';
  if (tag === 'INPUT') return !TYPING_INPUTS_NOT.includes(target?.type ?? 'text');
  return tag === 'TEXTAREA' || tag === 'SELECT' || target?.isContentEditable === true;
}

/**
 * The name of a key press in our maps: the place on the keyboard with its modifiers (`KeyT`,
 * `Shift+ArrowUp`,
 * `Ctrl+KeyZ`), or null when an input method or a text field has it (console.md §5).
 */
export function keyName(event: KeyLike): string | null {
  if (isComposing(event) || event.metaKey) return null;
  const parts: string[] = [];
  if (event.ctrlKey) parts.push('Ctrl');
  if (event.altKey) parts.push('Alt');
  if (event.shiftKey) parts.push('Shift');
  parts.push(event.code);
  const name = parts.join('+');
  if (isTyping(event)) return null;
  return name;
}

/** Bindings that stay when single-letter keys are switched off (WCAG 2.1.4). */
export function isCharacterKey(name: string): boolean {
  if (name.startsWith('Ctrl+') || name.startsWith('Alt+')) return false;
  return /^(Shift\+)?(Key[A-Z]|Digit\d|Slash|Period)$/.test(name);
}
