import type { AlertFigures } from '#libs/alerting';
import type { IncidentFigures } from '#libs/incident';
import type { HealthLine } from '#libs/protocol';

const VI = new Intl.NumberFormat('vi-VN');
const EN = new Intl.NumberFormat('en-GB');

/** The line about alerts that are kept from people: never silent, so that nobody forgets one. */
function heldLine({ held, heldBy, repeats }: AlertFigures): HealthLine {
  const by = Object.fromEntries(
    Object.entries(heldBy).map(([name, count]) => [`held_${name}`, count]),
  );
  return {
    id: 'stage_muted',
    group: 'stage',
    state: 'ok',
    name: { vi: 'Cảnh báo đang được giữ lại', en: 'Alerts held back' },
    text:
      held === 0
        ? { vi: 'Không có cảnh báo nào bị giữ lại.', en: 'None is held back.' }
        : {
            vi: `${VI.format(held)} cảnh báo không báo cho trực ban: ${VI.format(heldBy.maintenance)} vì bảo trì, ${VI.format(heldBy.silence)} vì lệnh im lặng, ${VI.format(heldBy.inhibition)} vì thuộc sự cố lớn hơn.`,
            en: `${EN.format(held)} alerts are kept from the desk: ${EN.format(heldBy.maintenance)} by maintenance, ${EN.format(heldBy.silence)} by silences, ${EN.format(heldBy.inhibition)} as part of a wider incident.`,
          },
    figures: { held, ...by, repeated_changes: repeats },
  };
}

/**
 * The line about incidents. Alerts set aside for want of room, and changes that a listener failed
 * on, are what a duty officer must act on.
 */
function incidentsLine(figures: IncidentFigures): HealthLine {
  const { open, alerts, aside, deaf, wide, unscoped, stormy } = figures;
  const vi = [`${VI.format(open)} sự cố đang mở, gồm ${VI.format(alerts)} cảnh báo.`];
  const en = [`${EN.format(open)} incidents are open, of ${EN.format(alerts)} alerts.`];
  if (wide > 0) {
    vi.push(`${VI.format(wide)} sự cố diện rộng thay mặt cho nhiều sự cố khác.`);
    en.push(`${EN.format(wide)} of them stand for several others.`);
  }
  if (stormy > 0) {
    vi.push(
      `Đang có bão cảnh báo: ${VI.format(stormy)} cảnh báo được gom lại theo luật, không mất cảnh báo nào; xem luật báo nhiều nhất.`,
    );
    en.push(
      `There is an alert storm: ${EN.format(stormy)} alerts are gathered by their rule, none is lost; look at the rule that raised most.`,
    );
  }
  if (unscoped > 0) {
    vi.push(
      `${VI.format(unscoped)} cảnh báo gián đoạn chưa được xét phạm vi vì có quá nhiều: xem từng sự cố.`,
    );
    en.push(
      `${EN.format(unscoped)} alerts of outages were too many to look at how far they reach: see the incidents one by one.`,
    );
  }
  if (aside > 0) {
    vi.push(
      `${VI.format(aside)} cảnh báo chưa vào sự cố nào vì có quá nhiều sự cố mở: hãy đóng bớt, chúng sẽ tự vào; không mất cảnh báo nào.`,
    );
    en.push(
      `${EN.format(aside)} alerts are in no incident because too many are open: close some and they come in by themselves; none is lost.`,
    );
  }
  if (deaf > 0) {
    vi.push(
      `${VI.format(deaf)} lần thay đổi chưa tới được màn hình hoặc người nhận thông báo: tải lại trang nếu thấy thiếu.`,
    );
    en.push(
      `${EN.format(deaf)} changes did not reach the screens or those who are told: reload if something seems missing.`,
    );
  }
  return {
    id: 'stage_incidents',
    group: 'stage',
    state: aside > 0 ? 'down' : deaf + unscoped + stormy > 0 ? 'degraded' : 'ok',
    name: { vi: 'Gom cảnh báo thành sự cố', en: 'Incidents' },
    text: { vi: vi.join(' '), en: en.join(' ') },
    figures: { ...figures },
  };
}

/** Lines of the health page about what people work with. */
export function bookHealth(incidents: IncidentFigures, alerts: AlertFigures): HealthLine[] {
  return [incidentsLine(incidents), heldLine(alerts)];
}
