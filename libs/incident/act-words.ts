import type { IncidentStatus, TimelineAct } from '#libs/model';

/** What was done to an incident, as a sentence about it in Vietnamese names it. */
export const ACT_WORDS_VI: Readonly<Record<TimelineAct, string>> = {
  opened: 'mở sự cố',
  alert_joined: 'thêm cảnh báo',
  alert_changed: 'cảnh báo thay đổi',
  alert_superseded: 'cảnh báo được thay bằng cảnh báo khác',
  alert_withdrawn: 'rút cảnh báo',
  acknowledged: 'tiếp nhận',
  assigned: 'phân công',
  commented: 'bình luận',
  status: 'đổi trạng thái',
  verdict: 'kết luận',
  severity: 'đổi mức độ',
  merged: 'gộp sự cố',
  split: 'tách sự cố',
  reopened: 'mở lại',
  undone: 'hoàn tác',
  notified: 'gửi thông báo',
  recovered: 'ghi nhận đã khôi phục',
  snoozed: 'hoãn',
  woken: 'thôi hoãn',
  step: 'đánh dấu một bước xử lý',
  gathered: 'đưa vào sự cố diện rộng',
  released: 'tách khỏi sự cố diện rộng',
};

/** The states of an incident in Vietnamese. */
export const STATUS_WORDS_VI: Readonly<Record<IncidentStatus, string>> = {
  new: 'mới',
  acknowledged: 'đã tiếp nhận',
  in_progress: 'đang xử lý',
  waiting_locality: 'chờ đơn vị phản hồi',
  waiting_vendor: 'chờ nhà cung cấp',
  resolved: 'đã khắc phục',
  closed: 'đã đóng',
};
