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
};
