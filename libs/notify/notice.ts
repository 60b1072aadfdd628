import { createHash } from 'node:crypto';

import type { Card, Incident, Severity } from '#libs/model';

/** What a notice tells: that an incident needs people, or that what was told has changed. */
export type NoticeKind = 'opened' | 'reopened' | 'recovered' | 'withdrawn';

/** What goes out, once per channel; `id` stays the same when it is sent again. */
export interface Notice {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly incident: string;
  readonly severity: Severity;
  /** The Vietnamese sentence and four lines. */
  readonly sentence: string;
  readonly card: Card;
  readonly place: string;
  /** When it happened, ms. */
  readonly first: number;
  /** Where people find the incident. */
  readonly link: string;
  readonly facts: Readonly<Pick<Incident, 'titleEn' | 'status' | 'scope' | 'last' | 'rules'>>;
}

const SEVERITY_VI: Readonly<Record<Severity, string>> = {
  critical: 'Nghiêm trọng',
  high: 'Cao',
  medium: 'Trung bình',
  low: 'Thấp',
  informational: 'Thông tin',
};

const HEADS: Readonly<Record<NoticeKind, string>> = {
  opened: '',
  reopened: 'Xảy ra lại: ',
  recovered: 'Đã khôi phục: ',
  withdrawn: 'Đã rút lại, không cần xử lý nữa: ',
};

const TIME = new Intl.DateTimeFormat('vi-VN', {
  timeZone: 'Asia/Ho_Chi_Minh',
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

const SUBJECT_CHARS_MAX = 200;
const ALSO_SHOWN_MAX = 50;

/** One line for the subject of a mail. */
export function subjectOf(notice: Notice, also: readonly Notice[] = []): string {
  const more = also.length === 0 ? '' : ` và ${also.length} tin khác`;
  const line = `[${SEVERITY_VI[notice.severity]}] ${HEADS[notice.kind]}${notice.sentence} (${notice.incident})${more}`;
  const flat = line.replaceAll(/\s+/g, ' ');
  return flat.length > SUBJECT_CHARS_MAX ? `${flat.slice(0, SUBJECT_CHARS_MAX)}…` : flat;
}

/**
 * The whole message in plain Vietnamese: the sentence, the four lines while something is to be
 * done, the link.
 */
export function textOf(notice: Notice, also: readonly Notice[] = []): string {
  const { card } = notice;
  const lines = [`${HEADS[notice.kind]}${notice.sentence}`, ''];
  if (notice.kind === 'opened' || notice.kind === 'reopened') {
    lines.push(
      `Chuyện gì xảy ra: ${card.what}`,
      `Ảnh hưởng ai: ${card.who}`,
      'Làm ngay:',
      ...card.steps.map((step, at) => `  ${at + 1}. ${step}`),
      `Gọi ai: ${card.call}`,
      '',
    );
  }
  const when = TIME.format(notice.first);
  lines.push(
    `Sự cố ${notice.incident} · mức ${SEVERITY_VI[notice.severity]} · ${notice.place} · từ ${when}`,
    notice.link,
  );
  if (also.length > 0) lines.push('', `Cùng lúc còn ${also.length} tin:`);
  for (const other of also.slice(0, ALSO_SHOWN_MAX)) {
    const head = `[${SEVERITY_VI[other.severity]}] ${HEADS[other.kind]}${other.sentence}`;
    lines.push(`- ${other.incident} ${head}`, `  ${other.link}`);
  }
  if (also.length > ALSO_SHOWN_MAX) lines.push(`… và ${also.length - ALSO_SHOWN_MAX} tin nữa.`);
  return `${lines.join('\n')}\n`;
}

/** The id of a notice: the same incident, kind and channel always give the same. */
export function noticeId(incident: string, kind: NoticeKind, channel: string): string {
  return `${incident}:${kind}:${channel}`;
}

/** The id in characters that every header takes. */
export function headerId(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 32);
}
