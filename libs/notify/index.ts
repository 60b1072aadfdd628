export { Channel } from './channel.ts';
export { type Notice, type NoticeKind } from './notice.ts';
export { Notifier, type NotifierNeeds, type NotifyFigures, type NotifyPolicy } from './notifier.ts';
export { type Delivery, type DeliveryState, Outbox } from './outbox.ts';
export { SmtpChannel, type SmtpOptions } from './smtp-channel.ts';
export { WebhookChannel, type WebhookOptions } from './webhook-channel.ts';
