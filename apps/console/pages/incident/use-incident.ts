import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import type { IncidentRow, IncidentView } from '#libs/protocol';

import { get } from '../../api/client.ts';
import { useRow } from '../../shell/desk.tsx';

/** The cursor runs through rows faster than anybody reads: details are fetched where it rests. */
const REST_MS = 120;
/**
 * A busy incident changes many times a second; its details are fetched again no more often than
 * this.
 */
const REFETCH_MS = 1_500;

interface Incident {
  readonly row: IncidentRow | undefined;
  readonly view: IncidentView | undefined;
  readonly failure: unknown;
  readonly retry: () => void;
}

function useRested<T>(value: T, ms: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return rested;
}

/** What is known of an incident at once (its row), and the rest as it comes. */
export function useIncident(id: string): Incident {
  const row = useRow(id);
  const rested = useRested(id, REST_MS);
  const query = useQuery({
    queryKey: ['incident', id],
    queryFn: () => get<IncidentView>(`/incidents/${id}`),
    enabled: rested === id,
  });
  const { data: view, refetch, isFetching } = query;
  const behind =
    view !== undefined &&
    row !== undefined &&
    (row.version > view.version || row.events !== view.events || row.last !== view.last);
  useEffect(() => {
    if (!behind || isFetching) return;
    const timer = setTimeout(() => void refetch(), REFETCH_MS);
    return () => clearTimeout(timer);
  }, [behind, isFetching, refetch]);
  return {
    row: row ?? view,
    view: view?.id === id ? view : undefined,
    failure: query.error,
    retry: () => void refetch(),
  };
}
