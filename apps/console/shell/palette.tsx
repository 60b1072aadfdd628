import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';

import { fold } from '../format/fold.ts';
import { placeName } from '../format/names.ts';
import { useLanguage, useText } from '../i18n/text.tsx';
import { isComposing } from '../keyboard/keys.ts';
import { matcher } from '../live/criteria.ts';
import { cx } from '../ui/class-names.ts';
import { Kbd } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { type Command, useCurrentCommands } from './commands.ts';
import { useDesk, useQueue } from './desk.tsx';
import { openHelp } from './help.tsx';
import { opener } from './opener.ts';
import styles from './shell.module.css';
import { useUndo } from './use-report.ts';

const INCIDENTS_MAX = 6;
const PLACES_MAX = 5;
const SHOWN_MAX = 40;

interface Section {
  readonly name: string;
  readonly commands: readonly Command[];
}

const palette = opener();

export const openPalette = palette.open;

function usePages(): readonly Command[] {
  const text = useText();
  const navigate = useNavigate();
  const { may } = useDesk();
  const page = (to: string, label: string, hint?: string): Command => ({
    id: to,
    label,
    ...(hint === undefined ? {} : { hint }),
    run: () => void navigate({ to }),
  });
  return [
    page('/truc', text.shell.duty, 'G T'),
    ...(may.search ? [page('/tim-kiem', text.shell.search, 'G K')] : []),
    page('/nguon', text.shell.sources, 'G N'),
    page('/bao-tri', text.shell.upkeep),
    page('/luat', text.shell.rules, 'G L'),
    page('/bao-cao', text.shell.summary, 'G B'),
    page('/suc-khoe', text.shell.health),
    ...(may.administer ? [page('/quan-tri', text.shell.admin, 'G Q')] : []),
    page('/tai-khoan', text.shell.account),
  ];
}

/** Incidents and places that what was typed names. */
function useFound(typed: string): readonly Section[] {
  const text = useText();
  const { language } = useLanguage();
  const navigate = useNavigate();
  const { book, clock, may, view } = useDesk();
  const { provinces } = useQueue();
  if (typed.length < 2) return [];
  const incidents: Command[] = [];
  const matches = matcher(
    { ...view.criteria, tab: 'open', severity: null, status: null, locality: null, text: typed },
    clock.now(),
  );
  for (const row of book.rows()) {
    if (incidents.length >= INCIDENTS_MAX) break;
    if (!matches(row)) continue;
    const title = language === 'vi' ? row.title : row.titleEn;
    incidents.push({
      id: row.id,
      label: `${row.id} · ${title} · ${placeName(row.locality, text.duty.unknownPlace)}`,
      run: () => void navigate({ to: '/su-co/$id', params: { id: row.id } }),
    });
  }
  const words = fold(typed);
  const places = [...provinces]
    .filter(([, name]) => fold(name).includes(words))
    .slice(0, PLACES_MAX)
    .map(([code, name]): Command => ({
      id: `loc-${code}`,
      label: text.palette.place(name),
      run: () => void navigate({ to: '/truc', search: { loc: code } }),
    }));
  const inLogs: Command = {
    id: 'logs',
    label: text.palette.logs(typed),
    run: () => void navigate({ to: '/tim-kiem', search: { q: JSON.stringify(typed) } }),
  };
  return [
    { name: text.palette.incidents, commands: incidents },
    { name: text.palette.more, commands: may.search ? [...places, inLogs] : places },
  ];
}

function useSections(typed: string): readonly Section[] {
  const text = useText();
  const undo = useUndo();
  const pages = usePages();
  const found = useFound(typed);
  const here = useCurrentCommands();
  const words = fold(typed)
    .split(/\s+/)
    .filter((word) => word !== '');
  const named = (command: Command): boolean => {
    const label = fold(command.label);
    return words.every((word) => label.includes(word));
  };
  const everywhere: readonly Command[] = [
    { id: 'undo', label: text.act.undo, hint: 'Ctrl Z', run: undo },
    { id: 'help', label: text.shell.help, hint: '?', run: openHelp },
  ];
  return [
    { name: text.palette.here, commands: [...here, ...everywhere].filter(named) },
    { name: text.palette.pages, commands: pages.filter(named) },
    ...found,
  ].filter(({ commands }) => commands.length > 0);
}

function Body(props: { readonly onClose: () => void }): ReactNode {
  const text = useText();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const sections = useSections(typed.trim());
  const all = sections.flatMap(({ commands }) => commands).slice(0, SHOWN_MAX);
  const active = all[Math.min(at, all.length - 1)];
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  });
  const run = (command: Command): void => {
    props.onClose();
    command.run();
  };
  const press = (event: KeyboardEvent): void => {
    if (isComposing(event.nativeEvent)) return;
    const step = event.code === 'ArrowDown' ? 1 : event.code === 'ArrowUp' ? -1 : 0;
    if (step !== 0) setAt((Math.min(at, all.length - 1) + step + all.length) % all.length);
    else if (event.key === 'Enter' && active !== undefined) run(active);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        className={styles.paletteFind}
        role="combobox"
        aria-label={text.palette.title}
        aria-expanded
        aria-controls={id}
        aria-autocomplete="list"
        {...(active === undefined ? {} : { 'aria-activedescendant': `${id}-${active.id}` })}
        placeholder={text.palette.hint}
        autoFocus
        autoComplete="off"
        maxLength={200}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <div
        ref={list}
        id={id}
        role="listbox"
        tabIndex={-1}
        aria-label={text.palette.title}
        className={styles.paletteList}
      >
        {sections.map(({ name, commands }) => (
          <div key={name} role="group" aria-label={name}>
            <div role="presentation" className={styles.paletteName}>
              {name}
            </div>
            {commands
              .filter((command) => all.includes(command))
              .map((command) => (
                <button
                  key={command.id}
                  type="button"
                  tabIndex={-1}
                  id={`${id}-${command.id}`}
                  role="option"
                  aria-selected={command === active}
                  className={cx(styles.paletteItem, command === active && styles.paletteOn)}
                  onClick={() => run(command)}
                >
                  <span>{command.label}</span>
                  {command.hint === undefined ? null : <Kbd>{command.hint}</Kbd>}
                </button>
              ))}
          </div>
        ))}
        {all.length === 0 ? <p className={styles.paletteNone}>{text.palette.none}</p> : null}
      </div>
    </>
  );
}

/** Everything by its name: what the page can do, the pages, incidents, places (Ctrl+K). */
export function Palette(): ReactNode {
  const text = useText();
  const [open, setOpen] = useState(false);
  useEffect(() => palette.onOpen(() => setOpen(true)), []);
  const close = (): void => setOpen(false);
  return (
    <Dialog title={text.palette.title} open={open} onClose={close}>
      <Body onClose={close} />
    </Dialog>
  );
}
