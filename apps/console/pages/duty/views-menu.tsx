import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';

import type { SavedViewView } from '#libs/protocol';

import { addView, changeView, removeView, viewsQuery } from '../../api/desk.ts';
import { problemText } from '../../api/problem-text.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { parseSearch, stringifySearch } from '../../search-params.ts';
import { cx } from '../../ui/class-names.ts';
import { Button, controls } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu, type MenuGroup, type MenuItem } from '../../ui/menu.tsx';
import { useToast } from '../../ui/toast.tsx';
import type { Duty } from './duty.ts';
import { type DutySearch, readDutySearch } from './duty-search.ts';
import styles from './duty.module.css';

const NAME_MAX = 100;
/** What a view keeps of the page's state; where the cursor stands is nobody's view. */
const KEPT = ['v', 'q', 'sev', 'st', 'loc', 'sort', 'nhom'] as const;

/** The part of the state that a view keeps, as it stands in a URL. */
export function viewSearch(search: DutySearch): string {
  const kept = KEPT.flatMap((key) => (search[key] === undefined ? [] : [[key, search[key]]]));
  return stringifySearch(Object.fromEntries(kept) as Record<string, unknown>);
}

/** The state that a saved view asks for, with everything else it keeps taken away. */
export function stateOf(view: SavedViewView): Parameters<Duty['change']>[0] {
  const asked = readDutySearch(parseSearch(view.search));
  return { ...Object.fromEntries(KEPT.map((key) => [key, asked[key]])), kn: view.id };
}

function SaveAs(props: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onSave: (name: string, shared: boolean) => void;
}): ReactNode {
  const text = useText();
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const words = text.views;
  return (
    <Dialog title={words.saveAs} open={props.open} onClose={props.onClose}>
      <form
        className={styles.saveAs}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') props.onSave(name.trim(), shared);
        }}
      >
        <TextField
          label={words.name}
          value={name}
          required
          maxLength={NAME_MAX}
          autoComplete="off"
          placeholder={words.nameHint}
          onChange={(event) => setName(event.target.value)}
        />
        <label className={styles.checkLine}>
          <input
            type="checkbox"
            checked={shared}
            onChange={(event) => setShared(event.target.checked)}
          />
          {words.share}
        </label>
        <div className={styles.saveEnd}>
          <Button look="primary" type="submit">
            {text.act.save}
          </Button>
          <Button onClick={props.onClose}>{text.act.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Saves, changes and removes views, and tells how it went. */
function useViews() {
  const text = useText();
  const { language } = useLanguage();
  const toast = useToast();
  const cache = useQueryClient();
  const { data } = useQuery(viewsQuery);
  const failed = (failure: unknown): void => toast({ text: problemText(failure, text, language) });
  const settled = (said: string): void => {
    void cache.invalidateQueries(viewsQuery);
    toast({ text: said });
  };
  const add = useMutation({
    mutationFn: addView,
    onSuccess: (view) => settled(text.views.saved(view.name)),
    onError: failed,
  });
  const change = useMutation({
    mutationFn: (view: SavedViewView) => changeView(view.id, view),
    onSuccess: (view) => settled(text.views.saved(view.name)),
    onError: failed,
  });
  const drop = useMutation({
    mutationFn: async (view: SavedViewView) => {
      await removeView(view.id);
      return view;
    },
    onSuccess: (view) => settled(text.views.removed(view.name)),
    onError: failed,
  });
  return { views: data?.rows ?? [], add, change, drop };
}

/** Saved views: mine and the team's; says when the list is not what the view asks for any more. */
export function ViewsMenu(props: {
  readonly search: DutySearch;
  readonly change: Duty['change'];
}): ReactNode {
  const text = useText();
  const { views, add, change, drop } = useViews();
  const [naming, setNaming] = useState(false);
  const { search } = props;
  const words = text.views;
  const current = views.find((view) => view.id === search.kn);
  const now = viewSearch(search);
  const dirty =
    current !== undefined && viewSearch(readDutySearch(parseSearch(current.search))) !== now;
  const item = (view: SavedViewView): MenuItem => ({
    label: view.name,
    run: () => props.change(stateOf(view)),
  });
  const mine = views.filter((view) => view.mine);
  const team = views.filter((view) => !view.mine);
  const acts: MenuItem[] = [{ label: words.saveAs, run: () => setNaming(true) }];
  if (current?.mine === true) {
    if (dirty) {
      acts.unshift({
        label: words.save(current.name),
        run: () => change.mutate({ ...current, search: now }),
      });
    }
    acts.push({
      label: words.remove(current.name),
      run: () => {
        props.change({ kn: undefined }, true);
        drop.mutate(current);
      },
    });
  }
  const groups: MenuGroup[] = [
    ...(mine.length === 0 ? [] : [{ label: words.mine, items: mine.map(item) }]),
    ...(team.length === 0 ? [] : [{ label: words.team, items: team.map(item) }]),
    { items: acts },
  ];
  return (
    <>
      <Menu
        label={words.title}
        groups={groups}
        renderTrigger={(button) => (
          <button
            type="button"
            className={cx(controls.chip, current !== undefined && controls.chipOn)}
            title={dirty ? words.dirty : words.title}
            {...button}
          >
            {current === undefined ? words.title : current.name}
            {dirty ? <b aria-label={words.dirty}> •</b> : null}
            <Icon name="down" size={14} />
          </button>
        )}
      />
      <SaveAs
        key={String(naming)}
        open={naming}
        onClose={() => setNaming(false)}
        onSave={(name, shared) => {
          setNaming(false);
          add.mutate(
            { name, shared, search: now },
            { onSuccess: ({ id }) => props.change({ kn: id }, true) },
          );
        }}
      />
    </>
  );
}
