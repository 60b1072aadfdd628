import type { FastifyInstance } from 'fastify';

import type { SenderTally } from '#libs/availability';
import { INCIDENT_KIND } from '#libs/incident';
import { CENTRE } from '#libs/model';

import type { Core } from './core.ts';
import type { Role } from './options.ts';

const GAP_MS = 3_000;
const PAGE = 1_000;

/** Which parts of the product a role runs. */
export function partsOf(role: Role): {
  /** Inputs of senders. */
  readonly doors: boolean;
  /** Detection, correlation, incidents, notifications, scheduled jobs. */
  readonly engine: boolean;
  /** Console, API, websocket. */
  readonly server: boolean;
} {
  const all = role === 'all';
  return {
    doors: all || role === 'collector',
    engine: all || role === 'engine',
    server: all || role === 'server',
  };
}

const EVERY_ROLE = ['/health', '/metrics'];
const DOORS = ['/api/v1/ingest', '/es', '/v1/logs'];

/** What is not of this role is not there, whoever asks. */
export function keepToRole(fastify: FastifyInstance, role: Role): void {
  const { server, doors } = partsOf(role);
  if (server) return;
  const open = [...EVERY_ROLE, ...(doors ? DOORS : [])];
  fastify.addHook('onRequest', async (request, reply) => {
    if (open.some((path) => request.url.startsWith(path))) return;
    await reply
      .code(404)
      .type('application/problem+json')
      .send({
        type: 'urn:thapcanh:problem:not_here',
        title: 'Not here.',
        status: 404,
        code: 'not_here',
        detail: `A process of the role ${role} does not serve this.`,
        detailVi: `Tiến trình vai trò ${role} không phục vụ địa chỉ này.`,
      });
  });
  // No socket of the console on a machine that stands at the edge.
  fastify.server.prependListener('upgrade', (_, socket) => socket.destroy());
}

/** Keeps the books of this process in step with what others do. */
export function followOthers(core: Core): void {
  const { others, availability, log } = core;
  const failed = (error: unknown): void => {
    log.warn({ err: error }, 'what another process did could not be read; the next change tries');
  };
  others.onGap(() => {
    // The copy of the documents is in step again a little later.
    setTimeout(() => void readOpenAnew(core).catch(failed), GAP_MS).unref();
  });
  others.hear('tallies', (tallies) => {
    availability.tracker.take(tallies as readonly SenderTally[]).catch(failed);
  });
}

/** Every incident that is open, here or in the documents, as it now is. */
async function readOpenAnew({ documents, incidents }: Core): Promise<void> {
  const ids = new Set([...incidents.open()].map(({ id }) => id));
  let cursor: string | undefined;
  do {
    const page = await documents.list(INCIDENT_KIND, {
      scope: { province: CENTRE },
      keys: { open: 'yes' },
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { id } of page.rows) ids.add(id);
    cursor = page.next;
  } while (cursor !== undefined);
  await incidents.follow([...ids]);
}
