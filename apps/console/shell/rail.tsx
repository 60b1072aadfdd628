import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { useText } from '../i18n/text.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { cx } from '../ui/class-names.ts';
import { useDesk, useQueue } from './desk.tsx';
import { openPalette } from './palette.tsx';
import styles from './shell.module.css';

function RailLink(props: {
  readonly to: string;
  readonly icon: IconName;
  readonly label: string;
  readonly badge?: string;
  /** Left to the list of commands where there is no room. */
  readonly spare?: boolean;
}): ReactNode {
  return (
    <Link
      to={props.to}
      className={cx(styles.railLink, props.spare === true && styles.spare)}
      activeProps={{ 'data-on': 'true' }}
    >
      <Icon name={props.icon} />
      <span>{props.label}</span>
      {props.badge === undefined ? null : <b>{props.badge}</b>}
    </Link>
  );
}

export function Rail(): ReactNode {
  const text = useText();
  const { alarming } = useQueue();
  const { may } = useDesk();
  const badge = alarming > 99 ? '99+' : String(alarming);
  return (
    <nav className={styles.rail} aria-label={text.shell.nav} data-region="nav">
      <span className={styles.logo}>
        <Icon name="tower" size={26} />
      </span>
      <RailLink
        to="/truc"
        icon="duty"
        label={text.shell.duty}
        {...(alarming > 0 ? { badge } : {})}
      />
      {may.search ? <RailLink to="/tim-kiem" icon="search" label={text.shell.search} /> : null}
      <RailLink to="/nguon" icon="sources" label={text.shell.sources} />
      <RailLink spare to="/bao-tri" icon="upkeep" label={text.shell.upkeep} />
      <RailLink spare to="/luat" icon="rules" label={text.shell.rules} />
      <RailLink to="/bao-cao" icon="summary" label={text.shell.summary} />
      <RailLink to="/suc-khoe" icon="health" label={text.shell.health} />
      {may.administer ? (
        <RailLink spare to="/quan-tri" icon="admin" label={text.shell.admin} />
      ) : null}
      <span className={styles.railSpace} />
      <button
        type="button"
        className={styles.railLink}
        title={`${text.palette.title} (Ctrl+K)`}
        onClick={openPalette}
      >
        <Icon name="command" />
        <span>{text.palette.rail}</span>
      </button>
      <RailLink spare to="/tai-khoan" icon="account" label={text.shell.account} />
    </nav>
  );
}
