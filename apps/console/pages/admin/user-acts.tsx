import { type ReactNode, useState } from 'react';

import type { LinkView, UserView } from '#libs/protocol';

import { post } from '../../api/client.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { Button, Notice } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu } from '../../ui/menu.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useAct } from '../../ui/use-act.ts';
import styles from './admin.module.css';
import { Confirm } from './confirm.tsx';

/** The one moment in which a one-time link can be read. */
export function FreshLink(props: {
  readonly link: LinkView;
  readonly onClose: () => void;
}): ReactNode {
  const text = useText();
  const toast = useToast();
  const whole = new URL(props.link.path, location.origin).href;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(whole);
    toast({ text: text.act.copied });
  };
  return (
    <Dialog title={text.people.linkFor(props.link.user)} open firm onClose={props.onClose}>
      <div className={styles.key}>
        <Notice>{text.people.linkOnce}</Notice>
        <code>{whole}</code>
        <div className={styles.end}>
          <Button look="primary" onClick={() => void copy()}>
            {text.act.copy}
          </Button>
          <Button onClick={props.onClose}>{text.act.close}</Button>
        </div>
      </div>
    </Dialog>
  );
}

/** What an administrator can do about one person. */
export function UserActs(props: { readonly user: UserView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { session } = useDesk();
  const [link, setLink] = useState<LinkView | null>(null);
  const [leaving, setLeaving] = useState(false);
  const { user, name, disabled } = props.user;
  const path = `/users/${encodeURIComponent(user)}`;
  const makeLink = useAct({
    run: () => post<LinkView>(`${path}/link`, {}),
    said: () => text.people.linkFor(name),
    refresh: [],
    done: setLink,
  });
  const endSessions = useAct({
    run: () => post<{ ended: number }>(`${path}/end-sessions`, {}),
    said: ({ ended }) => text.people.endedSessions(number(ended, language)),
    refresh: [],
  });
  const disable = useAct({
    run: () => post<UserView>(`${path}/disable`, {}),
    said: () => text.admin.disabled(name),
    refresh: ['users'],
  });
  const enable = useAct({
    run: () => post<UserView>(`${path}/enable`, {}),
    said: () => text.people.enabled(name),
    refresh: ['users'],
  });
  const own = user === session.user;
  return (
    <>
      <Menu
        label={text.people.acts(name)}
        renderTrigger={(button) => (
          <Button {...button} look="icon" aria-label={text.people.acts(name)}>
            <Icon name="more" size={18} />
          </Button>
        )}
        groups={[
          {
            items: [
              { label: text.people.link, run: () => makeLink.mutate(undefined) },
              { label: text.people.endSessions, run: () => endSessions.mutate(undefined) },
              ...(own
                ? []
                : [
                    disabled
                      ? { label: text.people.enable, run: () => enable.mutate(undefined) }
                      : { label: text.admin.disable, run: () => setLeaving(true) },
                  ]),
            ],
          },
        ]}
      />
      {link === null ? null : <FreshLink link={link} onClose={() => setLink(null)} />}
      {leaving ? (
        <Confirm
          title={text.admin.disable}
          text={text.admin.disableAsk(name)}
          act={text.admin.disable}
          onYes={() => {
            disable.mutate(undefined);
            setLeaving(false);
          }}
          onNo={() => setLeaving(false)}
        />
      ) : null}
    </>
  );
}
