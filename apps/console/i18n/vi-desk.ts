/** Vietnamese of what stands around the duty queue: groups, saved views, the list of commands. */
export const viDesk = {
  groups: {
    by: 'Nhóm theo',
    none: 'Không nhóm',
    kinds: { rule: 'Luật', locality: 'Địa phương', entity: 'Đối tượng', owner: 'Người xử lý' },
    noRule: 'Không rõ luật',
    noEntity: 'Không có đối tượng',
    select: (name: string, n: string) => `Chọn ${n} sự cố của nhóm ${name}`,
  },
  escalate: {
    waiting_locality: 'Đơn vị địa phương xử lý',
    waiting_vendor: 'Nhà cung cấp xử lý',
    severity: (severity: string) => `Nâng lên mức ${severity}`,
    note: 'Cần họ làm gì, đã báo ai',
    hint: 'Ít nhất 10 ký tự · Ctrl+Enter để chuyển',
  },
  snooze: {
    hours: (n: string) => `${n} giờ`,
    until: (time: string) => `Đến ${time}`,
    own: 'Đến lúc khác',
    note: 'Vì sao hoãn (không bắt buộc)',
    hint: 'Hạn xử lý vẫn chạy. Có cảnh báo mới hoặc sắp đến hạn thì sự cố tự hiện lại.',
    putOff: (time: string) => `Hoãn đến ${time}`,
  },
  playbook: {
    none: 'Sự cố này chưa có quy trình.',
    progress: (done: string, all: string) => `Đã xong ${done} / ${all} bước`,
    doneBy: (who: string, time: string) => `${who} · ${time}`,
  },
};
