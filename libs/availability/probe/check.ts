import { connect } from 'node:net';

import { Agent, request } from 'undici';

import type { Probe } from '#libs/model';

/** What a check found, without the time it was made at. */
export type CheckResult =
  | { readonly ok: true; readonly ms: number }
  | { readonly ok: false; readonly ms: number; readonly error: string };

/** Bytes of a page that are read before the check is content. */
const BODY_BYTES_MAX = 65_536;

// One agent for all probes: no connection is kept, so that every check makes the whole way.
const agent = new Agent({ keepAliveTimeout: 1, keepAliveMaxTimeout: 1, pipelining: 0 });

async function checkHttp(probe: Probe, signal: AbortSignal): Promise<string | undefined> {
  const reply = await request(probe.target, {
    method: 'GET',
    dispatcher: agent,
    signal,
    headers: { 'user-agent': 'thapcanh-probe' },
  });
  let read = 0;
  for await (const chunk of reply.body) {
    read += (chunk as Buffer).byteLength;
    if (read > BODY_BYTES_MAX) break;
  }
  return reply.statusCode < 400 ? undefined : `HTTP ${reply.statusCode}`;
}

function checkTcp(probe: Probe, signal: AbortSignal): Promise<string | undefined> {
  const cut = probe.target.lastIndexOf(':');
  const host = probe.target.slice(0, cut).replaceAll(/^\[|\]$/g, '');
  const port = Number(probe.target.slice(cut + 1));
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', reject);
  });
}

function reasonOf(error: unknown, probe: Probe): string {
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
    return `no answer within ${probe.timeoutS} s`;
  }
  if (error instanceof Error) return (error as NodeJS.ErrnoException).code ?? error.message;
  return String(error);
}

/** Makes one check; never throws. An HTTP status of 400 or more is a failure. */
export async function checkOnce(probe: Probe): Promise<CheckResult> {
  const started = performance.now();
  const spent = (): number => Math.round(performance.now() - started);
  const signal = AbortSignal.timeout(probe.timeoutS * 1_000);
  try {
    const fault =
      probe.kind === 'http' ? await checkHttp(probe, signal) : await checkTcp(probe, signal);
    return fault === undefined
      ? { ok: true, ms: spent() }
      : { ok: false, ms: spent(), error: fault };
  } catch (error) {
    return { ok: false, ms: spent(), error: reasonOf(error, probe) };
  }
}
