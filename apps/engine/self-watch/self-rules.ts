import type { RuleFacts } from '#libs/incident';
import type { Severity } from '#libs/model';

/** What can be wrong with the watchtower itself. */
export type SelfPart = 'disk' | 'lag' | 'quarantine' | 'reader';

/** Id of the rule under which trouble of a part is raised. */
export function selfRule(part: SelfPart): string {
  return `thapcanh-self-${part}`;
}

const TEXTS: Readonly<Record<SelfPart, RuleFacts>> = {
  disk: {
    title: 'The disk of Tháp Canh is filling up',
    titleVi: 'Ổ đĩa của Tháp Canh sắp đầy',
    code: 'OPS-DISK',
    scope: 'system',
    sentence: {
      vi: 'Ổ đĩa của Tháp Canh sắp đầy; khi đầy hẳn, hệ thống sẽ từ chối nhận nhật ký.',
      en: 'The disk of Tháp Canh is filling up; once full, logs are refused.',
    },
    card: {
      vi: {
        what: 'Ổ đĩa chứa dữ liệu của Tháp Canh sắp hết chỗ.',
        who: 'Mọi địa phương đang gửi nhật ký về đây.',
        steps: [
          'Xem trang Sức khoẻ để biết còn bao nhiêu chỗ.',
          'Mở rộng ổ đĩa, hoặc chuyển tệp không thuộc Tháp Canh đi nơi khác.',
          'Nếu chưa mở rộng được, báo lãnh đạo để rút ngắn thời gian lưu (phải ghi lý do).',
        ],
        call: 'Quản trị hệ thống của trung tâm',
      },
      en: {
        what: 'The disk with the data of Tháp Canh is nearly full.',
        who: 'Every locality that sends logs here.',
        steps: [
          'See the health page for the room that is left.',
          'Enlarge the disk, or move away files that are not of Tháp Canh.',
          'If that takes long, ask for a shorter retention (the reason is recorded).',
        ],
        call: 'The system administrator of the centre',
      },
    },
  },
  lag: {
    title: 'Detection is behind',
    titleVi: 'Phát hiện đang bị chậm',
    code: 'OPS-LAG',
    scope: 'system',
    sentence: {
      vi: 'Tháp Canh đang xử lý chậm hơn lúc nhận; cảnh báo sẽ tới muộn.',
      en: 'Tháp Canh is behind what it receives; alerts come late.',
    },
    card: {
      vi: {
        what: 'Nhật ký vẫn được nhận đủ nhưng xử lý không kịp.',
        who: 'Cảnh báo của mọi địa phương sẽ tới muộn.',
        steps: [
          'Xem trang Sức khoẻ: công đoạn nào đang chậm.',
          'Nếu một nguồn đang đẩy bù số lượng lớn, chờ nó đẩy xong.',
          'Nếu sau 15 phút vẫn chậm, gọi quản trị hệ thống.',
        ],
        call: 'Quản trị hệ thống của trung tâm',
      },
      en: {
        what: 'Everything is taken in, but processing does not keep up.',
        who: 'Alerts of every locality come late.',
        steps: [
          'See the health page for the stage that is slow.',
          'If a source sends a large backlog, wait for it to end.',
          'If it is still slow after 15 minutes, call the administrator.',
        ],
        call: 'The system administrator of the centre',
      },
    },
  },
  quarantine: {
    title: 'Data that nobody can read is piling up',
    titleVi: 'Dữ liệu không đọc được đang tăng',
    code: 'OPS-QUARANTINE',
    scope: 'system',
    sentence: {
      vi: 'Dữ liệu gửi về mà không đọc được đang tăng nhanh; đã được để riêng, không mất.',
      en: 'Data that cannot be read is piling up; it is kept aside, nothing is lost.',
    },
    card: {
      vi: {
        what: 'Có bên gửi đang gửi dữ liệu hỏng hoặc sai định dạng.',
        who: 'Nguồn gửi dữ liệu đó; các nguồn khác vẫn bình thường.',
        steps: [
          'Xem trang Sức khoẻ, mục Dữ liệu để riêng, để biết lý do.',
          'Hỏi đơn vị vừa thay đổi cấu hình gửi nhật ký.',
          'Sửa ở bên gửi; dữ liệu để riêng có thể nạp lại sau.',
        ],
        call: 'Đầu mối kỹ thuật của đơn vị gửi',
      },
      en: {
        what: 'A sender sends broken data or a wrong format.',
        who: 'The source that sends it; others are fine.',
        steps: [
          'See the health page, quarantine, for the reason.',
          'Ask who changed how logs are sent.',
          'Mend it at the sender; what was set aside can be read again.',
        ],
        call: 'The technical contact of the sender',
      },
    },
  },
  reader: {
    title: 'A stage of Tháp Canh has stopped',
    titleVi: 'Một công đoạn của Tháp Canh đang dừng',
    code: 'OPS-STAGE',
    scope: 'system',
    sentence: {
      vi: 'Một công đoạn của Tháp Canh đang dừng và thử lại; nhật ký vẫn được giữ trong vùng đệm.',
      en: 'A stage of Tháp Canh has stopped and tries again; the spool keeps every log.',
    },
    card: {
      vi: {
        what: 'Một công đoạn bên trong gặp lỗi và đang thử lại liên tục.',
        who: 'Việc tìm kiếm hoặc cảnh báo có thể dừng ở mọi địa phương.',
        steps: [
          'Mở trang Sức khoẻ, đọc dòng màu đỏ.',
          'Kiểm tra ổ đĩa còn chỗ và còn ghi được.',
          'Gọi quản trị hệ thống, đọc nguyên văn dòng đó.',
        ],
        call: 'Quản trị hệ thống của trung tâm',
      },
      en: {
        what: 'A stage inside fails and tries again and again.',
        who: 'Search or alerts may stand still for every locality.',
        steps: [
          'Open the health page and read the red line.',
          'See that the disk has room and can be written.',
          'Call the administrator and read that line out.',
        ],
        call: 'The system administrator of the centre',
      },
    },
  },
};

const PARTS = Object.keys(TEXTS) as SelfPart[];

/** What pages read of a rule about ourselves; `undefined` for every other rule. */
export function selfFacts(rule: string): RuleFacts | undefined {
  const part = PARTS.find((one) => selfRule(one) === rule);
  return part === undefined ? undefined : TEXTS[part];
}

/** A part that is in trouble now, and how bad that is. */
export interface SelfTrouble {
  readonly part: SelfPart;
  readonly severity: Severity;
}
