import {
  QUERY_CHARS_MAX,
  QUERY_DEPTH_MAX,
  QUERY_TERMS_MAX,
  QUERY_VALUE_CHARS_MAX,
} from './limits.ts';
import type { QueryProblem } from './syntax.ts';

type Entry = readonly [reason: QueryProblem['reason'], message: string, messageVi: string];

const count = (number: number) => number.toLocaleString('vi-VN');

const PROBLEMS = {
  too_long: [
    'query_too_long',
    `The query is longer than ${QUERY_CHARS_MAX} characters.`,
    `Câu tìm dài quá ${count(QUERY_CHARS_MAX)} ký tự.`,
  ],
  too_many_terms: [
    'query_too_long',
    `The query has more than ${QUERY_TERMS_MAX} conditions.`,
    `Câu tìm có quá ${count(QUERY_TERMS_MAX)} điều kiện.`,
  ],
  too_deep: [
    'query_too_deep',
    `Parentheses and NOT are nested more than ${QUERY_DEPTH_MAX} deep.`,
    `Ngoặc và NOT lồng nhau quá ${QUERY_DEPTH_MAX} lớp.`,
  ],
  value_too_long: [
    'query_bad_value',
    `A value is longer than ${QUERY_VALUE_CHARS_MAX} characters.`,
    `Một giá trị dài quá ${count(QUERY_VALUE_CHARS_MAX)} ký tự.`,
  ],
  quote_open: [
    'query_syntax',
    'This quotation mark is never closed.',
    'Dấu ngoặc kép này chưa được đóng.',
  ],
  paren_open: [
    'query_syntax',
    'This parenthesis is never closed.',
    'Dấu ngoặc đơn này chưa được đóng.',
  ],
  paren_close: [
    'query_syntax',
    'This parenthesis was never opened.',
    'Dấu ngoặc đơn này không có dấu mở.',
  ],
  paren_empty: [
    'query_syntax',
    'There is nothing between the parentheses.',
    'Trong ngoặc đơn không có điều kiện nào.',
  ],
  operand_missing: ['query_syntax', 'A condition is missing here.', 'Ở đây thiếu một điều kiện.'],
  value_missing: [
    'query_syntax',
    'A value is missing after the colon.',
    'Sau dấu hai chấm còn thiếu giá trị.',
  ],
  quote_needed: [
    'query_syntax',
    'This character can not stand here; put the value in quotation marks.',
    'Ký tự này không được đứng ở đây; hãy đặt giá trị trong ngoặc kép.',
  ],
  range_shape: [
    'query_syntax',
    'A range is written [a TO b] or {a TO b}; * leaves a side open.',
    'Khoảng được viết là [a TO b] hoặc {a TO b}; dùng * để bỏ trống một đầu.',
  ],
  no_words: [
    'query_bad_value',
    'There is no letter or digit to look for here.',
    'Ở đây không có chữ hay số nào để tìm.',
  ],
  network: [
    'query_bad_value',
    'This is not a network such as 10.0.0.0/8 or 2001:db8::/32.',
    'Đây không phải dải mạng kiểu 10.0.0.0/8 hoặc 2001:db8::/32.',
  ],
} as const satisfies Record<string, Entry>;

export type ProblemCode = keyof typeof PROBLEMS;

export function problemAt(code: ProblemCode, at: number): QueryProblem {
  const [reason, message, messageVi] = PROBLEMS[code];
  return { reason, at, message, messageVi };
}
