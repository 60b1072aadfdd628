import type { ReactNode } from 'react';

import { useText } from '../i18n/text.tsx';
import { Icon } from '../ui/icon.tsx';
import { Menu, type MenuItem } from '../ui/menu.tsx';
import { openHelp } from './help.tsx';
import { type Settings, setSetting, useSettings } from './settings.ts';
import styles from './shell.module.css';

function Choice(props: { readonly on: boolean; readonly label: string }): ReactNode {
  return (
    <>
      <span className={styles.mark}>{props.on ? <Icon name="check" size={16} /> : null}</span>
      {props.label}
    </>
  );
}

/** Theme, row height, kind of list, keys and sound. */
export function SettingsMenu(): ReactNode {
  const text = useText();
  const settings = useSettings();
  const choices = <K extends keyof Settings>(
    name: K,
    labels: Readonly<Record<Settings[K], string>>,
  ): readonly MenuItem[] =>
    (Object.keys(labels) as Settings[K][]).map((value) => ({
      label: <Choice on={settings[name] === value} label={labels[value]} />,
      run: () => setSetting(name, value),
    }));
  const toggle = (name: 'keys' | 'sound', label: string): MenuItem => ({
    label: <Choice on={settings[name] === 'on'} label={label} />,
    run: () => setSetting(name, settings[name] === 'on' ? 'off' : 'on'),
  });
  return (
    <Menu
      label={text.shell.settings}
      renderTrigger={(button) => (
        <button
          type="button"
          className={styles.footButton}
          aria-label={text.shell.settings}
          {...button}
        >
          <Icon name="sliders" size={16} />
        </button>
      )}
      groups={[
        { label: text.shell.theme, items: choices('theme', text.shell.themes) },
        { label: text.shell.density, items: choices('density', text.shell.densities) },
        { label: text.shell.layout, items: choices('layout', text.shell.layouts) },
        {
          items: [
            toggle('keys', text.shell.keysOn),
            toggle('sound', text.shell.sound),
            { label: <Choice on={false} label={text.shell.help} />, hint: '?', run: openHelp },
          ],
        },
      ]}
    />
  );
}
