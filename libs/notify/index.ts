export { Channel, TryLater } from './channel.ts';
export { type Notice, type NoticeKind, subjectOf, textOf } from './notice.ts';
export {
  LATE_MS,
  Notifier,
  type NotifierNeeds,
  type NotifyFigures,
  type NotifyPolicy,
} from './notifier.ts';
export type { Delivery, DeliveryState } from './outbox.ts';
export { APART_MAX, GIVE_UP_MS, RETRY_FIRST_MS, RETRY_MAX_MS } from './sender.ts';
export { SmtpChannel, type SmtpOptions } from './smtp-channel.ts';
export { signatureOf, WebhookChannel, type WebhookOptions } from './webhook-channel.ts';
