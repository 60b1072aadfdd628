import { readFileSync } from 'node:fs';

import type { Config } from '#libs/config';
import type { Held } from '#libs/coordination';
import type { Clock } from '#libs/model';
import {
  Notifier,
  SmtpChannel,
  WebhookChannel,
  type Channel,
  type NotifyFigures,
} from '#libs/notify';
import type { HealthLine } from '#libs/protocol';

import type { Core } from './core.ts';

function channelsOf({ notify }: Config, clock: Clock): Channel[] {
  return notify.channels.map((channel): Channel => {
    if (channel.kind === 'smtp') return new SmtpChannel(channel);
    const { name, url, secret_file: file } = channel;
    if (file === undefined) return new WebhookChannel({ name, url }, clock);
    return new WebhookChannel({ name, url, secret: readFileSync(file, 'utf8').trim() }, clock);
  });
}

/** One process of the cluster tells people, whoever changed something: the one with this lease. */
const LEASE = 'notify';
const LOOK_MS = 2_000;

/** Tells people of incidents for as long as no other process does. */
export class NotifySeat {
  readonly #core: Core;
  readonly #make: () => Notifier;
  #notifier: Notifier | undefined;
  #held: Held | undefined;
  #looking: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();

  /** `url` is where the console is reached. */
  constructor(core: Core, url: string) {
    this.#core = core;
    this.#make = () => notifierOf(core, url);
  }

  /** Resolves after the first look whether this process is the one. */
  async start(): Promise<void> {
    const hear = (changes: Parameters<Notifier['hear']>[0]): void => {
      this.#notifier?.hear(changes).catch((error: unknown) => {
        this.#core.log.error({ err: error }, 'it could not be decided whom to tell');
      });
    };
    this.#core.incidents.listen(hear);
    this.#core.feed.onForeign(hear);
    await this.#look();
    this.#looking = setInterval(() => void this.#look(), LOOK_MS);
  }

  figures(): NotifyFigures | undefined {
    return this.#notifier?.figures();
  }

  async stop(): Promise<void> {
    clearInterval(this.#looking);
    await this.#turn;
    await this.#notifier?.stop();
    await this.#held?.release();
  }

  #look(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      if (this.#held !== undefined) return;
      this.#held = await this.#core.ground.lease.take(LEASE, () => this.#lose());
      if (this.#held === undefined) return;
      const notifier = this.#make();
      // Heard from now on, and what happened before is looked at by its start.
      this.#notifier = notifier;
      try {
        await notifier.start();
      } catch (error) {
        this.#core.log.error({ err: error }, 'nobody can be told now; tried again');
        await this.#held.release();
        this.#lose();
      }
    });
    return this.#turn;
  }

  #lose(): void {
    const notifier = this.#notifier;
    this.#notifier = undefined;
    this.#held = undefined;
    // What it is sending is claimed: nobody else sends it meanwhile.
    notifier?.stop().catch((error: unknown) => {
      this.#core.log.warn({ err: error }, 'the notifier did not stop well');
    });
  }
}

function notifierOf(core: Core, url: string): Notifier {
  const { documents, clock, incidents, config, availability, catalog, audit } = core;
  const base = config.http.public_url ?? url;
  return new Notifier({
    documents,
    clock,
    name: audit.chain,
    channels: channelsOf(config, clock),
    incidents,
    policy: {
      severityMin: config.notify.severity_min,
      linkOf: (incident) => new URL(`/su-co/${incident}`, base).href,
      placeName: (place) => availability.localities.spoken(place),
      pagesLate: (rule) => catalog.pagesLate(rule),
    },
  });
}

/** The line of the health page about telling people. */
export function notifyHealth(figures: NotifyFigures | undefined, channels: number): HealthLine {
  const name = { vi: 'Gửi thông báo', en: 'Notifications' };
  if (figures === undefined) {
    const text = { vi: 'Một tiến trình khác đang gửi.', en: 'Another process tells people.' };
    return { id: 'stage_notify', group: 'stage', name, state: 'ok', text, figures: {} };
  }
  const { waiting, sent, failed, undecided } = figures;
  const base = { id: 'stage_notify', group: 'stage', name, figures: { ...figures } } as const;
  if (channels === 0) {
    const text = {
      vi: 'Chưa khai báo kênh nào: không ai được báo ngoài màn hình trực.',
      en: 'No channel is configured: nobody is told beyond the console.',
    };
    return { ...base, state: 'off', text };
  }
  const vi = [`Đã gửi ${sent}, đang chờ ${waiting}, không gửi được ${failed}.`];
  const en = [`${sent} sent, ${waiting} waiting, ${failed} given up.`];
  if (undecided > 0) {
    vi.push(`${undecided} lần chưa xét được phải báo cho ai; đã hoặc sẽ tự xét lại.`);
    en.push(`${undecided} times it could not be decided whom to tell; that is looked at again.`);
  }
  const text = { vi: vi.join(' '), en: en.join(' ') };
  return { ...base, state: failed + undecided > 0 ? 'degraded' : 'ok', text };
}
