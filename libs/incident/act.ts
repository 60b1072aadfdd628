import type { Incident, IncidentStatus, StepDone, TimelineEntry, Verdict } from '#libs/model';
import { SEVERITIES } from '#libs/model';
import type { ActionName, ActionRequest } from '#libs/protocol';

import { STATUS_WORDS_VI } from './act-words.ts';
import { type ComposeNeeds, nextVersion, withNotes } from './compose.ts';
import { inStatus } from './evolve.ts';
import type { Note } from './draft.ts';
import {
  type Act,
  type HumanFields,
  humanFields,
  type IncidentRecord,
  type Move,
  withHumanFields,
} from './record.ts';
import { REOPENED, TRANSITIONS } from './transitions.ts';

/** Why an action makes no sense as asked; `code` is stable. */
export interface Invalid {
  readonly reason: 'invalid';
  readonly code:
    | 'transition_not_allowed'
    | 'verdict_required'
    | 'note_required'
    | 'text_required'
    | 'text_too_long'
    | 'value_required'
    | 'value_unknown'
    | 'nothing_to_undo'
    | 'undo_too_late'
    | 'undo_overtaken'
    | 'incidents_required'
    | 'alerts_required'
    | 'not_open'
    | 'snooze_span'
    | 'step_unknown'
    | 'not_part'
    | 'wider';
  readonly message: string;
  readonly messageVi: string;
}

/** What came of an action. `changedBy` and `what` say who raised the version and by what. */
export type ActResult =
  | { readonly done: true; readonly incident: Incident }
  | {
      readonly reason: 'conflict';
      readonly current: Incident;
      readonly changedBy: string;
      readonly what: TimelineEntry['what'];
    }
  | { readonly reason: 'not_allowed' | 'not_found' }
  | Invalid;

export function invalid(code: Invalid['code'], message: string, messageVi: string): Invalid {
  return { reason: 'invalid', code, message, messageVi };
}

export const VERDICTS: readonly Verdict[] = [
  'true_positive',
  'false_positive',
  'benign',
  'duplicate',
  'inconclusive',
  'collection_fault',
];

/** What an action does to the human fields, and what the timeline says of it. */
interface Decision {
  readonly fields: HumanFields;
  readonly note: Note;
  /** The steps done now, where the action is about them. */
  readonly stepsDone?: readonly StepDone[];
}

export type SimpleAction = Exclude<ActionName, 'merge' | 'split' | 'undo'>;

interface Question {
  readonly fields: HumanFields;
  readonly incident: Incident;
  readonly request: ActionRequest;
  readonly who: string;
  readonly now: number;
  readonly snoozeMs: number;
}

type Decide = (question: Question) => Decision | Invalid;

function noteOf(
  { now, request }: Question,
  what: TimelineEntry['what'],
  facts: Readonly<Record<string, string>>,
): Note {
  const text = request.text?.trim();
  return { time: now, what, facts: text ? { ...facts, text } : facts };
}

function mayGo(from: IncidentStatus, to: IncidentStatus): Invalid | undefined {
  if (TRANSITIONS[from].includes(to)) return undefined;
  return invalid(
    'transition_not_allowed',
    `an incident that is ${from} cannot become ${to}`,
    `sự cố ${STATUS_WORDS_VI[from]}, không chuyển sang trạng thái ${STATUS_WORDS_VI[to]} được`,
  );
}

const acknowledge: Decide = (question) => {
  const { fields, who } = question;
  if (fields.status === 'closed' || (fields.status !== 'new' && fields.assignee === who)) {
    return (
      mayGo(fields.status, 'acknowledged') ?? mayGo('closed', 'acknowledged') ?? closedAlready()
    );
  }
  const status = fields.status === 'new' ? 'acknowledged' : fields.status;
  return {
    fields: { ...fields, status, assignee: who, snoozed: null },
    note: noteOf(question, 'acknowledged', { from: fields.status, to: status, assignee: who }),
  };
};

function closedAlready(): Invalid {
  return invalid('not_open', 'the incident is closed', 'sự cố đã đóng');
}

const assign: Decide = (question) => {
  const { fields, request } = question;
  if (request.assignee === undefined) {
    return invalid('value_required', 'assignee is missing', 'thiếu người nhận');
  }
  if (fields.status === 'closed') return closedAlready();
  return {
    fields: { ...fields, assignee: request.assignee },
    note: noteOf(question, 'assigned', {
      from: fields.assignee ?? '',
      to: request.assignee ?? '',
    }),
  };
};

const comment: Decide = (question) => {
  if (!question.request.text?.trim()) {
    return invalid('text_required', 'a comment needs text', 'bình luận phải có nội dung');
  }
  return { fields: question.fields, note: noteOf(question, 'commented', {}) };
};

function close(question: Question, fields: HumanFields, what: TimelineEntry['what']) {
  if (fields.verdict === null) {
    return invalid('verdict_required', 'closing needs a verdict', 'đóng sự cố phải có kết luận');
  }
  if (!question.request.text?.trim()) {
    return invalid('note_required', 'closing needs a note', 'đóng sự cố phải có một dòng ghi chú');
  }
  return {
    fields: { ...fields, status: 'closed' as const, closed: 'person' as const, snoozed: null },
    note: noteOf(question, what, {
      from: question.fields.status,
      to: 'closed',
      verdict: fields.verdict,
    }),
  };
}

const status: Decide = (question) => {
  const { fields, request } = question;
  if (request.status === undefined) {
    return invalid('value_required', 'status is missing', 'thiếu trạng thái');
  }
  if (!(request.status in TRANSITIONS)) {
    return invalid('value_unknown', 'no such status', 'không có trạng thái này');
  }
  const refused = mayGo(fields.status, request.status);
  if (refused !== undefined) return refused;
  if (request.status === 'closed') return close(question, fields, 'status');
  return {
    fields: { ...fields, status: request.status, snoozed: null },
    note: noteOf(question, 'status', { from: fields.status, to: request.status }),
  };
};

/** Gives the verdict and closes, unless `status` asks to go on working. */
const verdict: Decide = (question) => {
  const { fields, request } = question;
  if (request.verdict === undefined) {
    return invalid('value_required', 'verdict is missing', 'thiếu kết luận');
  }
  if (!VERDICTS.includes(request.verdict)) {
    return invalid('value_unknown', 'no such verdict', 'không có kết luận này');
  }
  const judged = { ...fields, verdict: request.verdict };
  const target = request.status ?? 'closed';
  if (fields.status === 'closed') return closedAlready();
  if (target === 'closed') return close(question, judged, 'verdict');
  const refused = target === fields.status ? undefined : mayGo(fields.status, target);
  if (refused !== undefined) return refused;
  return {
    fields: { ...judged, status: target },
    note: noteOf(question, 'verdict', { verdict: request.verdict, to: target }),
  };
};

const severity: Decide = (question) => {
  const { fields, request } = question;
  if (request.severity === undefined) {
    return invalid('value_required', 'severity is missing', 'thiếu mức độ');
  }
  if (!SEVERITIES.includes(request.severity)) {
    return invalid('value_unknown', 'no such severity', 'không có mức độ này');
  }
  if (fields.status === 'closed') return closedAlready();
  return {
    fields: { ...fields, severitySet: request.severity },
    note: noteOf(question, 'severity', {
      from: fields.severitySet ?? '',
      to: request.severity,
    }),
  };
};

const reopen: Decide = (question) => {
  const { fields } = question;
  if (fields.status !== 'closed' && fields.status !== 'resolved') {
    return invalid('transition_not_allowed', 'the incident is open', 'sự cố đang mở');
  }
  if (fields.closed === 'merged') {
    return invalid(
      'transition_not_allowed',
      'the incident was merged into another; split it from there',
      'sự cố đã gộp vào sự cố khác; hãy tách từ sự cố đó',
    );
  }
  return {
    fields: { ...fields, status: REOPENED, closed: null, verdict: null },
    note: noteOf(question, 'reopened', { from: fields.status, to: REOPENED }),
  };
};

/** Takes it out of the queue's sight until an instant, or brings it back; deadlines run on. */
const snooze: Decide = (question) => {
  const { fields, request, now, snoozeMs } = question;
  if (request.until === undefined) {
    return invalid('value_required', 'until is missing', 'thiếu thời điểm hoãn đến');
  }
  if (fields.status === 'closed') return closedAlready();
  if (request.until === null) {
    return { fields: { ...fields, snoozed: null }, note: noteOf(question, 'woken', {}) };
  }
  const until = Date.parse(request.until);
  // A time that cannot be read is no number, and lies in no span.
  if (!(until > now && until <= now + snoozeMs)) {
    return invalid(
      'snooze_span',
      'an incident can be snoozed for seven days at most',
      'chỉ hoãn được đến một lúc sau bây giờ và không quá bảy ngày',
    );
  }
  const to = new Date(until).toISOString();
  return { fields: { ...fields, snoozed: until }, note: noteOf(question, 'snoozed', { to }) };
};

/** Marks a step of the playbook as done, or as not done after all. */
const step: Decide = (question) => {
  const { fields, incident, request, who, now } = question;
  const done = incident.stepsDone ?? [];
  const named = request.step ?? '';
  const known = incident.card.vi.steps.includes(named);
  if (!known && !done.some((one) => one.step === named)) {
    return invalid('step_unknown', 'no such step', 'không có bước này trong quy trình');
  }
  if (fields.status === 'closed') return closedAlready();
  const others = done.filter((one) => one.step !== named);
  const state = request.done === false ? 'open' : 'done';
  return {
    fields,
    note: noteOf(question, 'step', { step: named, to: state }),
    stepsDone: state === 'open' ? others : [...others, { step: named, who, at: now }],
  };
};

/** Says that it is no part of the wider incident, whatever the product takes it for. */
const release: Decide = (question) => {
  const { fields, incident } = question;
  if (fields.status === 'closed') return closedAlready();
  if (incident.parent === undefined) {
    return invalid(
      'not_part',
      'it is not part of a wider incident',
      'sự cố này không thuộc sự cố diện rộng nào',
    );
  }
  return {
    fields: { ...fields, apart: true },
    note: noteOf(question, 'released', { from: incident.parent }),
  };
};

const DECISIONS: Readonly<Record<SimpleAction, Decide>> = {
  acknowledge,
  assign,
  comment,
  status,
  verdict,
  severity,
  reopen,
  snooze,
  step,
  release,
};

/**
 * Acts that leave nothing to undo: what was said stays said, a step is unticked as it is ticked.
 */
const NOT_UNDONE: readonly ActionName[] = ['comment', 'step'];

/**
 * The record with one more act of a person in it: touched, one version on, in the timeline, able to
 * be undone.
 */
export function acted(
  record: IncidentRecord,
  act: { readonly action: ActionName; readonly who: string; readonly moves: readonly Move[] },
  fields: HumanFields,
  entry: Note,
  needs: ComposeNeeds,
): IncidentRecord {
  const before = humanFields(record);
  const done: Act = { ...act, at: needs.now, before, after: fields, undone: false };
  const kept = NOT_UNDONE.includes(act.action) ? record.acts : [...record.acts, done];
  return restated(
    { ...record, acts: kept.slice(-needs.limits.actsMax) },
    fields,
    entry,
    act.who,
    needs,
  );
}

/** The record with these human fields and this entry, and no act to undo. */
export function restated(
  record: IncidentRecord,
  fields: HumanFields,
  entry: Note,
  who: string,
  needs: ComposeNeeds,
): IncidentRecord {
  const changed = withHumanFields(record, fields);
  const severityNow = fields.severitySet ?? changed.incident.severity;
  const touched: IncidentRecord = {
    ...changed,
    incident: { ...changed.incident, severity: severityNow, touched: true },
    resolvedFrom: fields.status === record.incident.status ? record.resolvedFrom : null,
  };
  const clocked = inStatus(touched, fields.status, needs);
  return nextVersion(withNotes(clocked, [entry], who, needs), who, entry.what);
}

/** Decides a simple action on an incident that this person may see and change. Pure. */
export function decide(
  record: IncidentRecord,
  action: SimpleAction,
  request: ActionRequest,
  who: string,
  needs: ComposeNeeds,
): { readonly record: IncidentRecord; readonly note: Note } | Invalid {
  const { textMax, snoozeMs } = needs.limits;
  if ((request.text?.length ?? 0) > textMax) {
    return invalid(
      'text_too_long',
      `the text is longer than ${textMax} characters`,
      `nội dung dài quá ${textMax} ký tự`,
    );
  }
  const fields = humanFields(record);
  const { incident } = record;
  const { now } = needs;
  const decision = DECISIONS[action]({ fields, incident, request, who, now, snoozeMs });
  if ('reason' in decision) return decision;
  const { note, stepsDone } = decision;
  const next = acted(
    stepsDone === undefined ? record : { ...record, incident: { ...incident, stepsDone } },
    { action, who, moves: [] },
    decision.fields,
    note,
    needs,
  );
  return { record: next, note };
}

/** The newest act of this person that can still be undone, or why there is none. */
export function undoable(
  record: IncidentRecord,
  who: string,
  needs: ComposeNeeds,
): { readonly act: Act; readonly fields: HumanFields } | Invalid {
  const act = record.acts.findLast((one) => one.who === who && !one.undone);
  if (act === undefined) {
    return invalid(
      'nothing_to_undo',
      'there is nothing of yours to undo',
      'không có gì để hoàn tác',
    );
  }
  if (needs.now - act.at > needs.limits.undoMs) {
    return invalid('undo_too_late', 'it is too late to undo this', 'đã quá thời hạn hoàn tác');
  }
  const now = humanFields(record);
  const keys = (Object.keys(act.before) as (keyof HumanFields)[]).filter(
    (key) => act.before[key] !== act.after[key],
  );
  if (keys.some((key) => now[key] !== act.after[key])) {
    return invalid(
      'undo_overtaken',
      'somebody changed the same thing after you',
      'người khác đã thay đổi sau bạn',
    );
  }
  const restored = Object.fromEntries(keys.map((key) => [key, act.before[key]]));
  return { act, fields: { ...now, ...restored } };
}

/** The record with an act marked as undone. */
export function markUndone(record: IncidentRecord, act: Act): IncidentRecord {
  return {
    ...record,
    acts: record.acts.map((one) => (one === act ? { ...one, undone: true } : one)),
  };
}
