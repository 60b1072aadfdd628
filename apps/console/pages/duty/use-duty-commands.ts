import { useQuery } from '@tanstack/react-query';

import { viewsQuery } from '../../api/desk.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { GROUPINGS } from '../../live/criteria.ts';
import { type Command, useCommands } from '../../shell/commands.ts';
import { useDesk, useQueue } from '../../shell/desk.tsx';
import type { FormName } from '../incident/use-work.ts';
import type { Duty } from './duty.ts';
import { stateOf } from './views-menu.tsx';

const FORMS: readonly (readonly [form: FormName, hint: string])[] = [
  ['assign', 'P'],
  ['escalate', 'C'],
  ['verdict', 'V'],
  ['comment', 'B'],
  ['snooze', 'H'],
];

/** Offers what the queue can do in the list of commands; acts name what they would work on. */
export function useDutyCommands(duty: Duty): void {
  const text = useText();
  const { language } = useLanguage();
  const { mayAct } = useDesk();
  const { paused, fresh } = useQueue();
  const { data: views } = useQuery(viewsQuery);
  const { targets, work, change, search } = duty;
  useCommands(() => {
    const [first] = targets;
    const on =
      targets.length === 1 && first !== undefined
        ? first
        : text.duty.shownAll(number(targets.length, language));
    const acts: Command[] =
      mayAct && targets.length > 0
        ? [
            {
              id: 'take',
              label: `${text.act.acknowledge}: ${on}`,
              hint: 'T',
              run: () => void work.run(targets, 'acknowledge'),
            },
            ...FORMS.map(([form, hint]) => ({
              id: form,
              label: `${text.act[form]}: ${on}`,
              hint,
              run: () => duty.openForm(form),
            })),
          ]
        : [];
    const list: Command[] = [
      ...(fresh > 0
        ? [
            {
              id: 'fresh',
              label: text.duty.fresh(number(fresh, language)),
              hint: 'N',
              run: duty.showFresh,
            },
          ]
        : []),
      {
        id: 'pause',
        label: paused ? text.duty.resume : text.duty.pause,
        hint: '.',
        run: duty.pause,
      },
      ...GROUPINGS.map((by) => ({
        id: `by-${by}`,
        label: text.palette.group(text.groups.kinds[by].toLowerCase()),
        run: () => change({ nhom: by }),
      })),
      ...(search.nhom === undefined
        ? []
        : [
            {
              id: 'by-none',
              label: text.groups.none,
              run: () => change({ nhom: undefined }),
            },
          ]),
      ...(views?.rows ?? []).map((view) => ({
        id: `view-${view.id}`,
        label: text.palette.view(view.name),
        run: () => change(stateOf(view)),
      })),
    ];
    return [...acts, ...list];
  });
}
