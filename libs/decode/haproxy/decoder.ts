import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { isIp, put, wholeNumber } from '../fields.ts';
import { clock, four, monthOf, two, utcMs } from '../time.ts';
import { putRequest } from '../web/request.ts';

const TIMERS = [
  'haproxy.http.request.time_wait_ms',
  'haproxy.total_waiting_time_ms',
  'haproxy.connection_wait_time_ms',
  'haproxy.http.request.time_wait_without_data_ms',
] as const;
const CONNECTIONS = ['active', 'frontend', 'backend', 'server', 'retries'] as const;

/**
 * Numbers of `10/0/30/69/109`; HAProxy writes -1 for a step that was not reached, `+` for a partial
 * one.
 */
function numbers(text: string | undefined): number[] {
  return (text ?? '').split('/', 8).map((each) => Number(each));
}

/** `[06/Feb/2009:12:14:14.655]`, the wall clock of the host. */
function readStamp(text: string, at: number, into: Decoded): boolean {
  const seconds = clock(text, at + 12);
  const ms = Number(text.slice(at + 21, at + 24));
  const time = utcMs(four(text, at + 7), monthOf(text, at + 3), two(text, at), seconds, ms);
  if (Number.isNaN(time)) return false;
  into.time = time;
  into.stamp = 'local';
  return true;
}

function putBackend(fields: Fields, text: string | undefined): void {
  const slash = text?.indexOf('/') ?? -1;
  if (text === undefined || slash === -1) return;
  fields['haproxy.backend_name'] = text.slice(0, slash);
  fields['haproxy.server_name'] = text.slice(slash + 1);
}

function putConnections(fields: Fields, text: string | undefined): void {
  const counts = numbers(text);
  CONNECTIONS.forEach((name, i) => {
    const count = counts[i];
    if (Number.isInteger(count)) fields[`haproxy.connections.${name}`] = count!;
  });
}

/** An HTTP line: timers, status, bytes, cookies, end state, counters, queues, headers, request. */
function putHttp(fields: Fields, parts: readonly string[], text: string): boolean {
  const timers = numbers(parts[2]);
  const status = wholeNumber(parts[3]);
  const bytes = wholeNumber(parts[4]);
  if (timers.length !== 5 || timers.some((each) => Number.isNaN(each)) || bytes === undefined) {
    return false;
  }
  putBackend(fields, parts[1]);
  TIMERS.forEach((name, i) => {
    fields[name] = timers[i]!;
  });
  fields['event.duration'] = Math.max(0, timers[4]!) * 1_000_000;
  fields['haproxy.bytes_read'] = bytes;
  fields['http.response.bytes'] = bytes;
  if (status !== undefined) {
    fields['http.response.status_code'] = status;
    fields['event.outcome'] = status < 400 ? 'success' : 'failure';
  }
  put(fields, 'haproxy.http.request.captured_cookie', parts[5]);
  put(fields, 'haproxy.http.response.captured_cookie', parts[6]);
  put(fields, 'haproxy.termination_state', parts[7]);
  putConnections(fields, parts[8]);
  const queues = numbers(parts[9]);
  fields['haproxy.server_queue'] = queues[0]!;
  fields['haproxy.backend_queue'] = queues[1]!;
  const open = text.indexOf(' "');
  const close = text.indexOf('"', open + 2);
  if (open === -1 || close === -1) return true;
  const request = text.slice(open + 2, close);
  fields['haproxy.http.request.raw_request_line'] = request;
  putRequest(fields, request);
  return true;
}

/** HAProxy: HTTP log lines and connection errors, alone or behind their syslog header. */
export const haproxyLog: Decoder = {
  dataset: 'haproxy.log',
  decode(text: string, into: Decoded): DecodeResult {
    const bracket = text.indexOf(' [');
    const colon = text.lastIndexOf(':', bracket);
    const close = text.indexOf('] ', bracket);
    if (colon <= 0 || bracket > 64 || close !== bracket + 26) return 'other';
    const address = text.slice(0, colon);
    const port = wholeNumber(text.slice(colon + 1, bracket));
    if (port === undefined || !isIp(address) || !readStamp(text, bracket + 2, into)) return 'other';
    const { fields } = into;
    const rest = text.slice(close + 2);
    const parts = rest.split(' ', 12);
    fields['source.address'] = address;
    fields['source.ip'] = address;
    fields['source.port'] = port;
    fields['related.ip'] = [address];
    if (putHttp(fields, parts, rest)) {
      fields['haproxy.frontend_name'] = parts[0]!.replace(/~$/, '');
      fields['event.category'] = ['web'];
      return 'understood';
    }
    const [frontend, bind] = (parts[0] ?? '').split('/');
    fields['haproxy.frontend_name'] = frontend!;
    put(fields, 'haproxy.bind_name', bind);
    fields['haproxy.error_message'] = rest.slice((parts[0] ?? '').length + 1);
    fields['event.category'] = ['web'];
    fields['event.type'] = ['error'];
    fields['event.outcome'] = 'failure';
    return 'understood';
  },
};
