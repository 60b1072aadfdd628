import { readFileSync } from 'node:fs';

import type { Config } from '#libs/config';
import type { Clock } from '#libs/model';
import { Notifier, SmtpChannel, WebhookChannel, type Channel } from '#libs/notify';
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

/** Tells people of incidents by the configured channels; `url` is where the console is reached. */
export async function startNotifier(core: Core, url: string): Promise<Notifier> {
  const { documents, clock, incidents, config, availability, catalog } = core;
  const base = config.http.public_url ?? url;
  const notifier = new Notifier({
    documents,
    clock,
    channels: channelsOf(config, clock),
    incidents,
    policy: {
      severityMin: config.notify.severity_min,
      linkOf: (incident) => new URL(`/su-co/${incident}`, base).href,
      placeName: (place) => availability.localities.spoken(place),
      pagesLate: (rule) => catalog.pagesLate(rule),
    },
  });
  incidents.listen((changes) => {
    notifier.hear(changes).catch((error: unknown) => {
      core.log.error({ err: error }, 'it could not be decided whom to tell');
    });
  });
  await notifier.start();
  return notifier;
}

/** The line of the health page about telling people. */
export function notifyHealth(notifier: Notifier, channels: number): HealthLine {
  const figures = notifier.figures();
  const { waiting, sent, failed, undecided } = figures;
  const name = { vi: 'Gửi thông báo', en: 'Notifications' };
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
