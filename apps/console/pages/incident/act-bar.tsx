import type { ReactNode } from 'react';

import type { Severity } from '#libs/model';
import type { IncidentRow } from '#libs/protocol';

import { useText } from '../../i18n/text.tsx';
import { isOpen, isSnoozed, SEVERITY_ORDER } from '../../live/criteria.ts';
import { useDesk, useLive } from '../../shell/desk.tsx';
import { Button } from '../../ui/controls.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu, type MenuGroup, type MenuItem } from '../../ui/menu.tsx';
import { useToast } from '../../ui/toast.tsx';
import { AssignForm } from './assign-form.tsx';
import { EscalateForm } from './escalate-form.tsx';
import styles from './incident.module.css';
import { NEXT_STATUS } from './next-status.ts';
import { SnoozeForm } from './snooze-form.tsx';
import type { Work } from './use-work.ts';
import { VerdictForm } from './verdict-form.tsx';

interface ActBarProps {
  readonly row: IncidentRow;
  readonly work: Work;
  readonly onComment: () => void;
}

function MoreMenu(props: ActBarProps): ReactNode {
  const text = useText();
  const toast = useToast();
  const { clock, mayAct } = useDesk();
  const { row, work } = props;
  const groups: MenuGroup[] = [];
  if (mayAct) {
    const items: MenuItem[] = [{ label: text.act.comment, hint: 'B', run: props.onComment }];
    if (isOpen(row)) {
      items.unshift({ label: text.act.assign, hint: 'P', run: () => work.open('assign') });
      items.push(
        isSnoozed(row, clock.now())
          ? { label: text.act.wake, run: () => void work.run([row.id], 'snooze', { until: null }) }
          : { label: text.act.snooze, hint: 'H', run: () => work.open('snooze') },
      );
    }
    groups.push({ items });
  }
  if (mayAct && isOpen(row)) {
    groups.push({
      label: text.act.status,
      items: NEXT_STATUS[row.status].map((status) => ({
        label: text.statusLong[status],
        run: () => void work.run([row.id], 'status', { status }),
      })),
    });
    groups.push({
      label: text.act.severity,
      items: SEVERITY_ORDER.filter((severity) => severity !== row.severity).map(
        (severity: Severity) => ({
          label: text.severity[severity],
          run: () => void work.run([row.id], 'severity', { severity }),
        }),
      ),
    });
  }
  const copyLink = async (): Promise<void> => {
    await navigator.clipboard.writeText(`${location.origin}/su-co/${row.id}`);
    toast({ text: text.act.copied });
  };
  groups.push({
    items: [
      { label: text.act.copyLink, run: () => void copyLink() },
      { label: text.act.print, run: () => globalThis.print() },
    ],
  });
  return (
    <Menu
      label={text.act.more}
      groups={groups}
      renderTrigger={(button) => (
        <Button aria-label={text.act.more} title={text.act.more} {...button}>
          <Icon name="more" size={18} />
        </Button>
      )}
    />
  );
}

/**
 * The acts on one incident: one primary button, the rest beside it; those that cannot be now say
 * why.
 */
export function ActBar(props: ActBarProps): ReactNode {
  const text = useText();
  const { session, mayAct } = useDesk();
  const { link } = useLive();
  const { row, work } = props;
  const closed = !isOpen(row);
  const mine = row.assignee === session.user && row.status !== 'new';
  const offline = link.kind === 'connected' ? null : text.panel.notNow.offline;
  const noTake = closed ? text.panel.notNow.closed : mine ? text.panel.notNow.mine : null;
  const blocked = closed ? text.panel.notNow.closed : offline;
  if (!mayAct) {
    return (
      <div className={styles.acts}>
        <MoreMenu {...props} />
      </div>
    );
  }
  return (
    <div className={styles.acts}>
      {closed ? (
        <Button
          look="primary"
          disabled={offline !== null || row.closedBy === 'merged'}
          onClick={() => void work.run([row.id], 'reopen')}
        >
          {text.act.reopen}
        </Button>
      ) : (
        <Button
          look={mine ? 'plain' : 'primary'}
          hint="T"
          disabled={noTake !== null}
          title={noTake ?? undefined}
          onClick={() => void work.run([row.id], 'acknowledge')}
        >
          {text.act.acknowledge}
        </Button>
      )}
      <Button
        hint="C"
        disabled={blocked !== null}
        title={blocked ?? undefined}
        aria-expanded={work.form === 'escalate'}
        onClick={() => work.open(work.form === 'escalate' ? null : 'escalate')}
      >
        {text.act.escalate}
      </Button>
      <Button
        hint="V"
        look={mine && !closed ? 'primary' : 'plain'}
        disabled={blocked !== null}
        title={blocked ?? undefined}
        aria-expanded={work.form === 'verdict'}
        onClick={() => work.open(work.form === 'verdict' ? null : 'verdict')}
      >
        {text.act.verdict}
      </Button>
      <MoreMenu {...props} />
    </div>
  );
}

/** The form that is open, for the targets that it will act on. */
export function ActForms(props: {
  readonly row: IncidentRow;
  readonly targets: readonly string[];
  readonly work: Work;
  readonly onDone: () => void;
}): ReactNode {
  const { row, targets, work } = props;
  const close = (): void => {
    work.open(null);
    props.onDone();
  };
  if (work.form === 'verdict') {
    return (
      <VerdictForm
        key={row.id}
        incident={row.id}
        onCancel={close}
        onSend={(verdict, text) => {
          close();
          void work.run(targets, 'verdict', { verdict, text });
        }}
      />
    );
  }
  if (work.form === 'escalate') {
    return (
      <EscalateForm
        key={row.id}
        row={row}
        onCancel={close}
        onSend={(action, fields) => {
          close();
          void work.run(targets, action, fields);
        }}
      />
    );
  }
  if (work.form === 'snooze') {
    return (
      <SnoozeForm
        key={row.id}
        incident={row.id}
        onCancel={close}
        onSend={(until, note) => {
          close();
          void work.run(targets, 'snooze', { until, ...(note !== '' && { text: note }) });
        }}
      />
    );
  }
  if (work.form === 'assign') {
    return (
      <AssignForm
        key={row.id}
        row={row}
        onCancel={close}
        onSend={(assignee) => {
          close();
          void work.run(targets, 'assign', { assignee });
        }}
      />
    );
  }
  return null;
}
