export { Channel, TryLater } from './channel.ts';
export { type Notice, type NoticeKind, subjectOf, textOf } from './notice.ts';
export {
  GIVE_UP_MS,
  LATE_MS,
  Notifier,
  type NotifierNeeds,
  type NotifyFigures,
  type NotifyPolicy,
  RETRY_FIRST_MS,
  RETRY_MAX_MS,
} from './notifier.ts';
export type { Delivery, DeliveryState } from './outbox.ts';
export { SmtpChannel, type SmtpOptions } from './smtp-channel.ts';
export { signatureOf, WebhookChannel, type WebhookOptions } from './webhook-channel.ts';
