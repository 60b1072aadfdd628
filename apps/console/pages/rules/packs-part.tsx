import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';

import type { ListView, RulePackView } from '#libs/protocol';

import { get, post } from '../../api/client.ts';
import { CENTRE_PROVINCE } from '../../api/places.ts';
import { number } from '../../format/number.ts';
import { dateTime } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { cx } from '../../ui/class-names.ts';
import { Button, Empty } from '../../ui/controls.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import table from '../../ui/table.module.css';
import { useAct } from '../../ui/use-act.ts';
import { Confirm } from '../admin/confirm.tsx';
import { ImportPart } from './import-part.tsx';
import styles from './packs.module.css';
import { useRuleWords } from './rule-words.ts';
import cards from './rules-list.module.css';
import { SwitchesPart, SwitchGroup } from './switches-part.tsx';

interface PackActs {
  readonly back: (pack: RulePackView) => void;
  readonly turn: (pack: RulePackView) => void;
}

function VersionRow(props: {
  readonly pack: RulePackView;
  readonly version: RulePackView['versions'][number];
  /** What may be done with the version in force; null when nothing may. */
  readonly acts: PackActs | null;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const words = text.ruleDesk;
  const more = useRuleWords().packs;
  const { pack, version, acts } = props;
  const current = version.number === pack.current;
  const older = pack.versions.some((one) => one.number < pack.current);
  const state = pack.enabled ? words.inForce : text.rules.off;
  return (
    <tr>
      <td className={cx(table.words, cards.title)} title={version.from}>
        {pack.name}
      </td>
      <td className={table.nowrap}>
        {current ? (
          <StateMark
            health={pack.enabled ? 'ok' : 'unknown'}
            label={`${version.number}, ${state}`}
          />
        ) : (
          version.number
        )}
      </td>
      <td className={table.right} data-label={words.rulesOf}>
        {number(version.rules, language)}
      </td>
      <td>{version.license ?? '–'}</td>
      <td className={table.nowrap}>{dateTime(version.at)}</td>
      <td className={table.nowrap}>{version.by}</td>
      <td className={table.right}>
        {current && acts !== null ? (
          <span className={styles.acts}>
            {older ? <Button onClick={() => acts.back(pack)}>{words.rollback}</Button> : null}
            <Button onClick={() => acts.turn(pack)}>
              {pack.enabled ? more.turnOff : more.turnOn}
            </Button>
          </span>
        ) : null}
      </td>
    </tr>
  );
}

/** Packs of imported rules, with the versions to go back to. */
export function PacksPart(): ReactNode {
  const text = useText();
  const { may, session } = useDesk();
  const words = text.ruleDesk;
  const more = useRuleWords().packs;
  const centre = may.administer && session.scope.province === CENTRE_PROVINCE;
  const [importing, setImporting] = useState(false);
  const [turning, setTurning] = useState<RulePackView | null>(null);
  const [going, setGoing] = useState<string | null>(null);
  const acts: PackActs = { back: ({ name }) => setGoing(name), turn: setTurning };
  const query = useQuery({
    queryKey: ['rule-packs'],
    queryFn: () => get<ListView<RulePackView>>('/rule-packs'),
  });
  const rollback = useAct({
    run: (name: string) => post<void>(`/rule-packs/${encodeURIComponent(name)}/rollback`, {}),
    said: (_, name) => words.rolledBack(name),
    refresh: ['rule-packs', 'rules'],
  });
  return (
    <>
      {centre && !importing ? (
        <div className={table.tools}>
          <span className={table.space} />
          <Button look="primary" onClick={() => setImporting(true)}>
            {more.import}
          </Button>
        </div>
      ) : null}
      {importing ? <ImportPart onDone={() => setImporting(false)} /> : null}
      <Loaded query={query} what={words.packs}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty icon="rules" title={words.noPacks} text={words.noPacksText} />
          ) : (
            <>
              <table className={cx(table.table, cards.list)}>
                <thead>
                  <tr>
                    <th>{words.pack}</th>
                    <th>{words.version}</th>
                    <th className={table.right}>{words.rulesOf}</th>
                    <th>{words.license}</th>
                    <th>{words.importedAt}</th>
                    <th>{words.by}</th>
                    <th>
                      <span className="sr">{words.rollback}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {rows.flatMap((pack) =>
                    pack.versions.map((version) => (
                      <VersionRow
                        key={`${pack.name} ${version.number}`}
                        pack={pack}
                        version={version}
                        acts={centre ? acts : null}
                      />
                    )),
                  )}
                </tbody>
              </table>
              {going === null ? null : (
                <Confirm
                  title={words.rollback}
                  text={words.rollbackAsk(going)}
                  act={words.rollback}
                  onYes={() => {
                    rollback.mutate(going);
                    setGoing(null);
                  }}
                  onNo={() => setGoing(null)}
                />
              )}
            </>
          )
        }
      </Loaded>
      {turning === null ? null : (
        <SwitchGroup
          group={{ by: 'pack', value: turning.name, name: turning.name }}
          on={!turning.enabled}
          onClose={() => setTurning(null)}
        />
      )}
      <SwitchesPart may={centre} />
    </>
  );
}
