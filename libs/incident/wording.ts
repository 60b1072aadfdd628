import type { Alert, Card, Scope } from '#libs/model';

import type { Language, PlaceLookup, RuleFacts } from './ports.ts';

const UNKNOWN: Readonly<Record<Language, string>> = { vi: '(chưa rõ)', en: '(unknown)' };
/** Longest value put into a sentence; a log line can hold anything. */
const VALUE_CHARS_MAX = 120;

const DEFAULT_CARD: Readonly<Record<Language, Card>> = {
  vi: {
    what: '{title} tại {place}: {count} sự kiện trong {minutes} phút.',
    who: 'Chưa rõ; xem đối tượng và bằng chứng của sự cố.',
    steps: [
      'Xem bằng chứng và đối tượng liên quan.',
      'Hỏi đơn vị quản lý hệ thống xem có thay đổi hay bảo trì không.',
      'Ghi lại kết quả và kết luận.',
    ],
    call: 'Trưởng ca trực.',
  },
  en: {
    what: '{title} at {place}: {count} events within {minutes} minutes.',
    who: 'Not known yet; see the entities and the evidence of the incident.',
    steps: [
      'Look at the evidence and the entities involved.',
      'Ask the unit that runs the system about changes or maintenance.',
      'Write down what you found and give a verdict.',
    ],
    call: 'The shift lead.',
  },
};

/** The sentence and the four lines of an incident, in one language. */
export interface Words {
  readonly sentence: string;
  readonly card: Card;
}

/** Where an alert happened, as people say it: a commune always with its province. */
export function placeName(places: PlaceLookup, alert: Pick<Alert, 'place'>): string {
  const view = places(alert.place);
  return view.communeName === undefined
    ? view.provinceName
    : `${view.communeName}, ${view.provinceName}`;
}

/** A number and what is counted, in the plural that English templates are written in. */
const COUNTED = /\{(count|minutes)\}((?: [a-z-]+)??) ([a-z-]*[a-rt-z-])s\b/g;

/** The template for numbers that are one: `{count} failed sign-in`. */
function numbered(template: string, values: ReadonlyMap<string, string>): string {
  return template.replaceAll(COUNTED, (plural, name: string, kind: string, noun: string) =>
    values.get(name) === '1' ? `{${name}}${kind} ${noun}` : plural,
  );
}

function fill(written: string, values: ReadonlyMap<string, string>, language: Language): string {
  const template = language === 'en' ? numbered(written, values) : written;
  return template.replaceAll(/\{([^{}]{1,80})\}/g, (_whole, name: string) => {
    // A sentence is one line, whatever a log put into the value.
    const value = values
      .get(name.trim())
      ?.replaceAll(/[\p{C}\s]+/gu, ' ')
      .trim();
    if (value === undefined || value === '') return UNKNOWN[language];
    return value.length > VALUE_CHARS_MAX ? `${value.slice(0, VALUE_CHARS_MAX)}…` : value;
  });
}

function valuesOf(
  alert: Alert,
  title: string,
  place: string,
  language: Language,
): Map<string, string> {
  const number = new Intl.NumberFormat(language === 'vi' ? 'vi-VN' : 'en-GB');
  const values = new Map(Object.entries(alert.group));
  const minutes = Math.max(1, Math.ceil((alert.last - alert.first) / 60_000));
  values.set('title', title);
  values.set('place', place);
  values.set('count', number.format(alert.count));
  values.set('minutes', number.format(minutes));
  return values;
}

/**
 * Fills a rule's templates with what its alert says; an unknown rule or value gets plain words,
 * never an empty one.
 */
export function wordsOf(
  alert: Alert,
  facts: RuleFacts | undefined,
  place: string,
  language: Language,
): Words {
  const title =
    (language === 'vi' ? (facts?.titleVi ?? facts?.title) : facts?.title) ?? alert.title;
  const values = valuesOf(alert, title, place, language);
  const card = facts?.card?.[language] ?? DEFAULT_CARD[language];
  const sentence = facts?.sentence?.[language] ?? DEFAULT_CARD[language].what;
  return {
    // It stands as a title and inside other sentences: no full stop at its end.
    sentence: fill(sentence, values, language).replace(/\.$/, ''),
    card: {
      what: fill(card.what, values, language),
      who: fill(card.who, values, language),
      steps: card.steps.map((step) => fill(step, values, language)),
      call: fill(card.call, values, language),
    },
  };
}

/** What people read of a storm: that there are too many alerts to be read one by one. */
export function stormWords(
  alert: Alert,
  facts: RuleFacts | undefined,
  place: string,
  count: number,
  language: Language,
): Words {
  const title =
    (language === 'vi' ? (facts?.titleVi ?? facts?.title) : facts?.title) ?? alert.title;
  const n = new Intl.NumberFormat(language === 'vi' ? 'vi-VN' : 'en-GB').format(count);
  if (language === 'vi') {
    return {
      sentence: `Đang có bão cảnh báo: ${title} tại ${place}, ${n} cảnh báo`,
      card: {
        what: `Luật “${title}” báo ${n} lần tại ${place} trong thời gian ngắn, gom lại thành một sự cố.`,
        who: 'Chưa rõ; mọi cảnh báo vẫn được giữ, không mất cảnh báo nào.',
        steps: [
          'Xem vài cảnh báo: cùng một nguyên nhân, hay luật báo nhầm?',
          'Nếu báo nhầm thì thêm ngoại lệ hoặc sửa ngưỡng của luật.',
          'Nếu là thật thì xử lý nguyên nhân chung, rồi tách các cảnh báo cần theo dõi riêng.',
        ],
        call: 'Trưởng ca trực; người phụ trách luật.',
      },
    };
  }
  return {
    sentence: `Alert storm: ${title} at ${place}, ${n} alerts`,
    card: {
      what: `Rule “${title}” raised ${n} alerts at ${place} in a short time; they are one incident.`,
      who: 'Not known yet; every alert is kept, none is lost.',
      steps: [
        'Look at some alerts: do they have one cause, or is the rule wrong?',
        'If it is wrong, add an exception or change its threshold.',
        'If they are right, treat the common cause, then split off what needs a look of its own.',
      ],
      call: 'The shift lead; whoever keeps the rule.',
    },
  };
}

const SCOPES: readonly Scope[] = ['commune', 'system', 'province', 'vendor', 'national'];

/** The widest of several scopes; `system` when nothing is known. */
export function widestScope(scopes: readonly Scope[]): Scope {
  const widest = Math.max(...scopes.map((scope) => SCOPES.indexOf(scope)));
  return SCOPES[widest] ?? 'system';
}
