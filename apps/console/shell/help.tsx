import { type ReactNode, useEffect, useState } from 'react';

import { useText } from '../i18n/text.tsx';
import { Kbd } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { opener } from './opener.ts';
import styles from './shell.module.css';

const help = opener();

export const openHelp = help.open;

/** The list of keys, in the language of the page. */
export function Help(): ReactNode {
  const text = useText();
  const [open, setOpen] = useState(false);
  useEffect(() => help.onOpen(() => setOpen(true)), []);
  const { keys, groups } = text.help;
  const table: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    [
      groups.list,
      [
        ['↑ ↓ · K J', keys.move],
        ['Space', keys.panel],
        ['← →', keys.fold],
        ['Enter', keys.page],
        ['X', keys.tick],
        ['Shift ↑ ↓', keys.extend],
        ['N', keys.fresh],
        ['.', keys.pause],
        ['/', keys.find],
      ],
    ],
    [
      groups.act,
      [
        ['T', keys.take],
        ['P', keys.assign],
        ['B', keys.comment],
        ['C', keys.escalate],
        ['H', keys.snooze],
        ['V', keys.verdict],
        ['Ctrl Z', keys.undo],
        ['Ctrl Enter', keys.send],
      ],
    ],
    [
      groups.move,
      [
        ['Alt 1…5', keys.tabs],
        ['Ctrl K', keys.palette],
        ['F6', keys.region],
        ['G', keys.go],
        ['Esc', keys.escape],
        ['?', keys.help],
      ],
    ],
  ];
  return (
    <Dialog title={text.help.title} open={open} onClose={() => setOpen(false)}>
      {table.map(([group, rows]) => (
        <section key={group} className={styles.helpGroup}>
          <h3>{group}</h3>
          <dl>
            {rows.map(([key, what]) => (
              <div key={key}>
                <dt>
                  <Kbd>{key}</Kbd>
                  <span className="sr">{key}</span>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <p className={styles.helpNote}>{text.help.note}</p>
    </Dialog>
  );
}
