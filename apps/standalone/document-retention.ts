import { retainDocuments, type Retained } from '#libs/audit';
import { ALERT_KIND, INCIDENT_KIND, type IncidentRecord } from '#libs/incident';
import type { AlertRecord } from '#libs/model';
import type { Delivery } from '#libs/notify';
import { RUN_KIND } from '#libs/schedule';

import type { Core } from './core.ts';

const DAY_MS = 86_400_000;

/** What goes when it is old, incidents before the alerts that lie in them. */
const KINDS: readonly Retained[] = [
  {
    kind: INCIDENT_KIND,
    mayGo: ({ incident }: IncidentRecord) => incident.status === 'closed',
  },
  {
    kind: ALERT_KIND,
    mayGo: async ({ incident }: AlertRecord, documents) =>
      incident === undefined || (await documents.get(INCIDENT_KIND, incident)) === undefined,
  },
  { kind: RUN_KIND, mayGo: () => true },
  { kind: 'notice', mayGo: ({ state }: Delivery) => state !== 'waiting' },
];

/** Removes closed incidents, their alerts and notices past the age that the configuration sets. */
export async function retainOldDocuments(core: Core): Promise<void> {
  const { documents, audit, clock, config, log } = core;
  const before = clock.now() - config.store.documents_days * DAY_MS;
  const removed = await retainDocuments(documents, audit, before, KINDS);
  if (Object.keys(removed).length > 0) log.info({ removed }, 'old documents were removed');
}
