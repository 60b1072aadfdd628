import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import type { Problem } from '#libs/protocol';
import type { Logger } from '#libs/telemetry';

/**
 * Every problem the API can answer with: its status and what it says. A test holds the manual to
 * this table.
 */
export const PROBLEMS = {
  not_signed_in: [401, 'Sign in first.', 'Cần đăng nhập.'],
  wrong_password: [
    401,
    'The account or the password is wrong.',
    'Tài khoản hoặc mật khẩu không đúng.',
  ],
  locked_out: [429, 'Too many attempts.', 'Đã thử quá nhiều lần.'],
  busy: [
    503,
    'Too many people are signing in; try again in a moment.',
    'Đang có quá nhiều người đăng nhập; thử lại sau giây lát.',
  ],
  link_unknown: [404, 'This link is not good any more.', 'Liên kết này không còn dùng được.'],
  password_weak: [422, 'The new password is too weak.', 'Mật khẩu mới quá yếu.'],
  must_change_password: [403, 'Change the password first.', 'Cần đổi mật khẩu trước.'],
  not_allowed: [403, 'This role may not do that.', 'Vai trò này không được làm việc đó.'],
  wrong_origin: [403, 'The request comes from another site.', 'Yêu cầu đến từ trang khác.'],
  not_found: [
    404,
    'There is no such thing, or not for you.',
    'Không có, hoặc không thuộc quyền xem.',
  ],
  conflict: [409, 'Somebody changed it meanwhile.', 'Đã có người thay đổi trước đó.'],
  invalid: [422, 'The request does not fit.', 'Yêu cầu không hợp lệ.'],
  query_syntax: [400, 'The query cannot be read.', 'Không đọc được câu truy vấn.'],
  query_too_long: [400, 'The query is too long.', 'Câu truy vấn quá dài.'],
  query_too_deep: [400, 'The query is nested too deeply.', 'Câu truy vấn lồng quá sâu.'],
  query_bad_value: [
    400,
    'A value of the query does not fit.',
    'Giá trị trong câu truy vấn không hợp lệ.',
  ],
  address_taken: [409, 'Another source has this address.', 'Địa chỉ này đã thuộc nguồn khác.'],
  host_taken: [409, 'Another source has this host name.', 'Tên máy này đã thuộc nguồn khác.'],
  register_full: [409, 'The register is full.', 'Sổ đăng ký nguồn đã đầy.'],
  not_ready: [503, 'Not ready.', 'Chưa sẵn sàng.'],
  internal: [500, 'Something failed here.', 'Có lỗi trong hệ thống.'],
} as const satisfies Record<string, readonly [number, string, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Thrown by a door; becomes `application/problem+json`. `detail` adds to the table's words. */
export class ProblemException extends HttpException {
  readonly problem: Problem;

  constructor(
    code: ProblemCode,
    more: Partial<Pick<Problem, 'detail' | 'detailVi' | 'at' | 'current' | 'changedBy'>> = {},
  ) {
    const [status, detail, detailVi] = PROBLEMS[code];
    super(detail, status);
    this.problem = {
      type: `urn:thapcanh:problem:${code}`,
      title: detail,
      status,
      code,
      detail,
      detailVi,
      ...more,
    };
  }
}

function problemOf(error: unknown, quote: string): Problem {
  if (error instanceof ProblemException) return error.problem;
  if (error instanceof HttpException) {
    const status = error.getStatus();
    const code: ProblemCode = status === 404 ? 'not_found' : 'invalid';
    const made = new ProblemException(code, { detail: messageOf(error) }).problem;
    return { ...made, status };
  }
  return new ProblemException('internal', {
    detail: `Something failed here; quote ${quote}.`,
    detailVi: `Có lỗi trong hệ thống; mã tra cứu ${quote}.`,
  }).problem;
}

function messageOf(error: HttpException): string {
  const body = error.getResponse();
  if (typeof body === 'string') return body;
  const { message } = body as { message?: unknown };
  if (Array.isArray(message)) return message.join('; ');
  return typeof message === 'string' ? message : error.message;
}

/**
 * Turns whatever a door throws into problem+json; what nobody expected is logged under the id that
 * the reader is given.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') return;
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const quote = crypto.randomUUID().slice(0, 8);
    const problem = problemOf(error, quote);
    if (problem.code === 'internal') this.#log.error({ quote, err: error }, 'a request failed');
    void reply
      .status(problem.status)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send(problem);
  }
}
