import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly detailVi: string;
}

const BROKEN: Refusal = {
  status: 400,
  code: 'request_broken',
  detail: 'This is not a request of HTTP.',
  detailVi: 'Đây không phải một yêu cầu HTTP.',
};

const BY_ERROR: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'request_too_long',
    detail: 'The address and headers of the request are too long; shorten the query.',
    detailVi: 'Địa chỉ và phần đầu của yêu cầu quá dài; hãy rút ngắn câu tìm.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'too_slow',
    detail: 'The request did not come to its end in time.',
    detailVi: 'Yêu cầu không đến hết trong thời gian cho phép.',
  },
};

/**
 * Answers what never became a request (no HTTP, headers without end) as every other problem is
 * answered, and closes.
 */
export function refuseBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code, ...words } = BY_ERROR[error.code ?? ''] ?? BROKEN;
  const title = STATUS_CODES[status] ?? '';
  const type = `urn:thapcanh:problem:${code}`;
  const body = JSON.stringify({ type, title, status, code, ...words });
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}
