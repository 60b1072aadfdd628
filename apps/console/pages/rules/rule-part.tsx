import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';

import type { RuleDetailView } from '#libs/protocol';

import { post } from '../../api/client.ts';
import { CENTRE_PROVINCE } from '../../api/places.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { cx } from '../../ui/class-names.ts';
import { Button } from '../../ui/controls.tsx';
import { TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { SeverityBadge } from '../../ui/severity-badge.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import table from '../../ui/table.module.css';
import { TabPanel, Tabs } from '../../ui/tabs.tsx';
import { useAct } from '../../ui/use-act.ts';
import { BacktestPart } from './backtest-part.tsx';
import { EditorPart } from './editor-part.tsx';
import { ExceptionsPart } from './exceptions-part.tsx';
import { HistoryPart } from './history-part.tsx';
import { LedgerStrip } from './ledger-strip.tsx';
import { ParametersPart } from './parameters-part.tsx';
import { ruleQuery, standingsQuery } from './rule-queries.ts';
import { useRuleWords } from './rule-words.ts';
import styles from './rules.module.css';
import { Standings } from './standings.tsx';

const PARTS = ['about', 'backtest', 'parameters', 'exceptions', 'text', 'history'] as const;

function useName(rule: RuleDetailView): string {
  const { language } = useLanguage();
  return language === 'vi' ? rule.titleVi || rule.title : rule.title;
}

function Turn(props: { readonly rule: RuleDetailView; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const words = text.ruleDesk;
  const { rule } = props;
  const name = useName(rule);
  const [reason, setReason] = useState('');
  const on = !rule.enabled;
  const turn = useAct({
    run: () =>
      post<RuleDetailView>(`/rules/${encodeURIComponent(rule.id)}/switch`, {
        on,
        reason: reason.trim(),
      }),
    said: () => (on ? words.turnedOn(name) : words.turnedOff(name)),
    refresh: ['rule', 'rules'],
    done: props.onClose,
    inForm: true,
  });
  const act = on ? words.turnOn : words.turnOff;
  return (
    <FormDialog
      title={act}
      act={act}
      pending={turn.isPending}
      failure={turn.error}
      onSubmit={() => turn.mutate(undefined)}
      onClose={props.onClose}
    >
      {on ? null : <p>{words.turnOffAsk(name)}</p>}
      <TextField
        label={words.reason}
        required
        maxLength={1000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}

/** How far the windows of a correlation are from their threshold, looked at again and again. */
function Windows(props: { readonly rule: string }): ReactNode {
  const words = useRuleWords().standing;
  const query = useQuery(standingsQuery(props.rule));
  return (
    <Loaded query={query} what={words.title}>
      {(standings) => <Standings standings={standings} />}
    </Loaded>
  );
}

function About(props: { readonly rule: RuleDetailView }): ReactNode {
  const text = useText();
  const words = text.ruleDesk;
  const { may } = useDesk();
  const { id, kind, description, falsePositives, references, tags, author, license, file } =
    props.rule;
  const list = (title: string, rows: readonly string[]): ReactNode =>
    rows.length === 0 ? null : (
      <section>
        <h3>{title}</h3>
        <ul>
          {rows.map((row) => (
            <li key={row}>{row}</li>
          ))}
        </ul>
      </section>
    );
  return (
    <div className={styles.body}>
      <p>{description ?? words.noDescription}</p>
      <LedgerStrip rule={id} />
      {kind === 'match' || !may.search ? null : <Windows rule={id} />}
      {list(words.falsePositives, falsePositives)}
      {list(words.references, references)}
      {list(words.tags, tags)}
      <section>
        <h3>{words.source}</h3>
        <p>
          {author ?? '–'} · {license ?? '–'} · <code>{file}</code>
        </p>
      </section>
    </div>
  );
}

function Head(props: { readonly rule: RuleDetailView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const words = text.ruleDesk;
  const { may, session } = useDesk();
  const [turning, setTurning] = useState(false);
  const { rule } = props;
  const name = useName(rule);
  const more = useRuleWords().list;
  const say = (n: number): string => number(n, language);
  return (
    <>
      <div className={styles.head}>
        <Link to="/luat">← {words.back}</Link>
        <h2>
          {rule.code === null ? '' : `${rule.code} · `}
          {name}
        </h2>
        <SeverityBadge severity={rule.level} />
        <StateMark
          health={rule.enabled ? 'ok' : 'unknown'}
          label={rule.enabled ? words.onState : words.offState}
        />
        <span className={table.space} />
        {may.administer && session.scope.province === CENTRE_PROVINCE ? (
          <Button onClick={() => setTurning(true)}>
            {rule.enabled ? words.turnOff : words.turnOn}
          </Button>
        ) : null}
      </div>
      <div className={styles.facts}>
        <span>{words.hits(say(rule.hits7d))}</span>
        <span>
          {rule.noisePercent === null
            ? words.noJudged
            : words.judged(text.units.percent(say(rule.noisePercent)), say(rule.judged))}
        </span>
        {rule.fedByUs ? (
          <span>{more.fedByUsTitle}</span>
        ) : (
          <span className={cx(rule.fed === 0 && table.warn)}>
            {rule.fed === 0 ? words.unfed : words.fed(say(rule.fedNow), say(rule.fed))}
          </span>
        )}
        {rule.matches === null ? null : <span>{more.matches(say(rule.matches))}</span>}
        {rule.costUs === null ? null : <span>{more.takes(number(rule.costUs, language, 1))}</span>}
      </div>
      {turning ? <Turn rule={rule} onClose={() => setTurning(false)} /> : null}
    </>
  );
}

/** One rule: what it means, what feeds it, what people laid on it. */
export function RulePart(props: { readonly id: string }): ReactNode {
  const text = useText();
  const { backtest, parameters } = useRuleWords();
  const words = { ...text.ruleDesk, backtest: backtest.tab, parameters: parameters.tab };
  const { may } = useDesk();
  const { muc } = useSearch({ from: '/shell/luat' });
  const navigate = useNavigate();
  const shown = PARTS.filter((one) => one !== 'backtest' || may.search);
  const part = shown.find((one) => one === muc) ?? 'about';
  const query = useQuery(ruleQuery(props.id));
  return (
    <Loaded query={query} what={text.rules.list}>
      {(rule) => (
        <>
          <Head rule={rule} />
          <div className={styles.parts}>
            <Tabs
              small
              name="rule"
              label={words.parts}
              value={part}
              onChange={(next) =>
                void navigate({ to: '/luat', search: { id: props.id, muc: next }, replace: true })
              }
              items={shown.map((one) => ({ id: one, label: words[one] }))}
            />
          </div>
          <TabPanel name="rule" value={part}>
            {part === 'about' ? <About rule={rule} /> : null}
            {part === 'backtest' ? <BacktestPart rule={rule} /> : null}
            {part === 'exceptions' ? <ExceptionsPart rule={rule} /> : null}
            {part === 'history' ? <HistoryPart rule={rule} /> : null}
            {part === 'parameters' ? <ParametersPart rule={rule} /> : null}
            {part === 'text' ? <EditorPart rule={rule} /> : null}
          </TabPanel>
        </>
      )}
    </Loaded>
  );
}
