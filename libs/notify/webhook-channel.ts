import { createHmac } from 'node:crypto';

import { Agent, request } from 'undici';

import { type Clock, PermanentError } from '#libs/model';

import { Channel, TryLater } from './channel.ts';
import { headerId, type Notice, subjectOf, textOf } from './notice.ts';

export interface WebhookOptions {
  readonly name: string;
  readonly url: string;
  /** Key of the signature header; without it there is none. */
  readonly secret?: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;
const RETRY_AFTER_MAX_S = 3600;
/** Answers that a later try may turn into a yes. */
const PASSING = new Set([408, 425, 429]);

/**
 * The signature of a webhook body: HMAC-SHA256 over `TIME.BODY` with the shared key, TIME in
 * seconds, so that an old body cannot be played again.
 */
export function signatureOf(secret: string, seconds: number, body: string): string {
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}

/** HTTP POST of a JSON body, signed in `X-Thapcanh-Signature`; redirects are not followed. */
export class WebhookChannel extends Channel {
  readonly name: string;
  readonly #options: WebhookOptions;
  readonly #clock: Clock;
  readonly #agent: Agent;
  readonly #timeoutMs: number;

  constructor(options: WebhookOptions, clock: Clock) {
    super();
    this.name = options.name;
    this.#options = options;
    this.#clock = clock;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#agent = new Agent({
      connections: 2,
      connectTimeout: this.#timeoutMs,
      headersTimeout: this.#timeoutMs,
      bodyTimeout: this.#timeoutMs,
    });
  }

  async send(notice: Notice, also: readonly Notice[] = []): Promise<void> {
    const [subject, text] = [subjectOf(notice, also), textOf(notice, also)];
    const body = JSON.stringify({ ...notice, subject, text, also });
    const seconds = Math.floor(this.#clock.now() / 1000);
    const { secret } = this.#options;
    const response = await request(this.#options.url, {
      dispatcher: this.#agent,
      method: 'POST',
      body,
      signal: AbortSignal.timeout(2 * this.#timeoutMs),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'idempotency-key': headerId(notice.id),
        ...(secret === undefined
          ? {}
          : { 'x-thapcanh-signature': signatureOf(secret, seconds, body) }),
      },
    });
    await response.body.dump({ limit: 65_536 });
    judge(response.statusCode, response.headers['retry-after']);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function judge(status: number, retryAfter: string | string[] | undefined): void {
  if (status >= 200 && status < 300) return;
  const message = `the webhook answered ${status}`;
  if (status < 500 && !PASSING.has(status)) throw new PermanentError(message);
  const wait = Number(retryAfter);
  if (!Number.isFinite(wait) || wait <= 0) throw new Error(message);
  throw new TryLater(message, Math.min(wait, RETRY_AFTER_MAX_S) * 1000);
}
