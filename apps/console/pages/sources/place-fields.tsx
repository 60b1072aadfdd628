import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { localitiesQuery } from '../../api/lists.ts';
import { CENTRE_PROVINCE } from '../../api/places.ts';
import { fold } from '../../format/fold.ts';
import { sorted } from '../../format/sorted.ts';
import { useText } from '../../i18n/text.tsx';
import { SelectField } from '../../ui/field.tsx';

export interface PlaceChoice {
  /** Province code, empty until one is chosen. */
  readonly province: string;
  /** Commune code, empty for the province itself. */
  readonly commune: string;
}

export const NO_PLACE: PlaceChoice = { province: '', commune: '' };

/** What a request carries of it. */
export function placeBody(place: PlaceChoice): { province: string; commune?: string } {
  const { province, commune } = place;
  return commune === '' ? { province } : { province, commune };
}

function byName(
  rows: readonly { readonly code: string; readonly name: string }[],
): (readonly [string, string])[] {
  return sorted(
    rows.map(({ code, name }) => [code, name] as const),
    (a, b) => fold(a[1]).localeCompare(fold(b[1])),
  );
}

/** Province, then commune inside it: a commune name alone means nothing, ten places share some. */
export function PlaceFields(props: {
  readonly value: PlaceChoice;
  readonly onChange: (place: PlaceChoice) => void;
  /** Offers the whole country too. */
  readonly centre?: boolean;
}): ReactNode {
  const text = useText();
  const { province, commune } = props.value;
  const inside = province !== '' && province !== CENTRE_PROVINCE;
  const provinces = useQuery(localitiesQuery(null));
  const communes = useQuery({ ...localitiesQuery(province), enabled: inside });
  const first = props.centre === true ? [[CENTRE_PROVINCE, text.account.whole] as const] : [];
  return (
    <>
      <SelectField
        label={text.sources.province}
        required
        value={province}
        onChange={(event) => props.onChange({ province: event.target.value, commune: '' })}
        options={[['', '–'], ...first, ...byName(provinces.data?.rows ?? [])]}
      />
      <SelectField
        label={text.sources.commune}
        value={commune}
        disabled={!inside}
        onChange={(event) => props.onChange({ province, commune: event.target.value })}
        options={[
          ['', text.sources.wholeProvince],
          ...byName(inside ? (communes.data?.rows ?? []) : []),
        ]}
      />
    </>
  );
}
