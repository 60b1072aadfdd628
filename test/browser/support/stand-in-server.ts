import { createReadStream, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { extname, join, normalize } from 'node:path';

import { WebSocketServer, type WebSocket } from 'ws';

import type {
  ActionName,
  ActionRequest,
  ClientFrame,
  ServerFrame,
  SessionView,
} from '#libs/protocol';
import { CLOSE_SIGNED_OUT, DELTA_INTERVAL_MS } from '#libs/protocol';

import * as pages from './generated-pages.ts';
import { ruleAnswers } from './generated-rules.ts';
import { upkeep } from './generated-upkeep.ts';
import {
  administered,
  type Answer,
  type Asked,
  events,
  problem,
  sessions,
} from './stand-in-answers.ts';
import { StandInDesk } from './stand-in-desk.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** The policy of console.md §3.1, exactly. */
const POLICY =
  "default-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";
export const PASSWORD = 'mot cau de nho';
const COOKIE = 'thapcanh_session';
const CLOCK_MS = 1_000;

export interface StandInOptions {
  /** Folder of the built console. */
  readonly console: string;
  readonly incidents: number;
  /** Changes a second. */
  readonly rate?: number;
  readonly seed?: number;
  readonly mustChangePassword?: boolean;
  readonly role?: SessionView['role'];
  readonly lagSeconds?: number;
}

interface Console {
  readonly socket: WebSocket;
  seq: number | null;
  incident: string | null;
  working: boolean;
}

/**
 * Serves the built console and speaks its protocol over generated incidents; every test starts its
 * own.
 */
export class StandInServer {
  readonly desk: StandInDesk;
  readonly #options: StandInOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #consoles = new Set<Console>();
  readonly #timers: NodeJS.Timeout[] = [];
  #mustChange: boolean;
  #rate: number;
  #assigned = 0;
  #joined = 0;
  #ended = false;
  #port = 0;
  /** Requests answered, `GET /api/v1/incidents` style. */
  readonly asked: string[] = [];
  /** Rows given in lists of sources, localities, probes and rules. */
  rowsSent = 0;

  private constructor(options: StandInOptions) {
    this.#options = options;
    this.#mustChange = options.mustChangePassword ?? false;
    this.#rate = options.rate ?? 0;
    this.desk = new StandInDesk({
      count: options.incidents,
      seed: options.seed ?? 1,
      now: () => Date.now(),
    });
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    const live = new WebSocketServer({ noServer: true });
    this.#server.on('upgrade', (request, socket, head) => {
      if (new URL(request.url ?? '/', 'http://x').pathname !== '/console') {
        socket.destroy();
        return;
      }
      live.handleUpgrade(request, socket, head, (opened) => this.#join(opened, request));
    });
    this.#every(DELTA_INTERVAL_MS, () => this.#stir());
    this.#every(CLOCK_MS, () => this.#tell(this.#clock()));
  }

  static async start(options: StandInOptions): Promise<StandInServer> {
    const server = new StandInServer(options);
    await server.listen(0);
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', () => resolve()));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  set rate(perSecond: number) {
    this.#rate = perSecond;
  }

  /** Consoles that have connected, each return counted anew. */
  get joined(): number {
    return this.#joined;
  }

  /** Breaks every connection, as a pulled cable does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Stops listening for a while, with every connection broken; changes go on meanwhile. */
  async away(ms: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.cut();
    await closed;
    await new Promise((resolve) => {
      this.#timers.push(setTimeout(resolve, ms));
    });
    await this.listen(this.#port);
  }

  /** Ends everybody's session. */
  signOutAll(): void {
    this.#ended = true;
    for (const { socket } of this.#consoles) socket.close(CLOSE_SIGNED_OUT);
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #every(ms: number, call: () => void): void {
    this.#timers.push(setInterval(call, ms));
  }

  #stir(): void {
    const changes = Math.round((this.#rate * DELTA_INTERVAL_MS) / 1000);
    for (let made = 0; made < changes; made += 1) this.desk.stir();
    for (const console of this.#consoles) {
      if (console.seq === null || console.seq >= this.desk.seq) continue;
      const delta = this.desk.since(console.seq);
      console.seq = delta === null ? null : this.desk.seq;
      send(
        console.socket,
        delta === null
          ? { event: 'resync', data: { seq: this.desk.seq } }
          : { event: 'delta', data: delta },
      );
    }
  }

  #clock(): ServerFrame {
    const lag = this.#options.lagSeconds ?? 0.8;
    const now = new Date().toISOString();
    return { event: 'clock', data: { now, lag, sending: 1187, expected: 1204, unregistered: 0 } };
  }

  #tell(frame: ServerFrame): void {
    for (const { socket } of this.#consoles) send(socket, frame);
  }

  #join(socket: WebSocket, request: IncomingMessage): void {
    if (userOf(request) === null || this.#ended || this.#mustChange) {
      socket.close(CLOSE_SIGNED_OUT);
      return;
    }
    const console: Console = { socket, seq: null, incident: null, working: false };
    this.#consoles.add(console);
    this.#joined += 1;
    socket.on('close', () => this.#consoles.delete(console));
    socket.on('message', (raw) =>
      this.#hear(console, JSON.parse((raw as Buffer).toString()) as ClientFrame),
    );
    send(socket, this.#clock());
  }

  #hear(console: Console, frame: ClientFrame): void {
    if (frame.event === 'ping') send(console.socket, { event: 'pong', data: {} });
    if (frame.event === 'presence') Object.assign(console, frame.data);
    if (frame.event !== 'subscribe') return;
    const { since } = frame.data;
    send(console.socket, { event: 'subscribed', data: { topic: 'incidents', seq: this.desk.seq } });
    console.seq = since > this.desk.seq ? null : since;
    if (console.seq === null) {
      send(console.socket, { event: 'resync', data: { seq: this.desk.seq } });
    }
    const [row] = this.desk.open();
    if (row === undefined) return;
    const people = [{ user: 'an', name: 'Nguyễn An', incident: row.id, working: true }];
    send(console.socket, { event: 'presence', data: { people } });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://x');
    if (!url.pathname.startsWith('/api/')) {
      this.#file(url.pathname, response);
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const asked: Asked = {
      method: request.method ?? 'GET',
      path: url.pathname.slice('/api/v1'.length),
      query: url.searchParams,
      body: bodyOf(request, text),
      user: userOf(request),
    };
    this.asked.push(`${asked.method} ${url.pathname}`);
    const [status, body, headers = {}] = this.#answer(asked);
    const type = status >= 400 ? 'application/problem+json' : 'application/json';
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(
      body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    );
  }

  #file(path: string, response: ServerResponse): void {
    const { console: build } = this.#options;
    const wanted = join(build, normalize(path));
    const isAsset = extname(path) !== '' && wanted.startsWith(build) && existsSync(wanted);
    const file = isAsset ? wanted : join(build, 'index.html');
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
    });
    createReadStream(file).pipe(response);
  }

  #session(): SessionView {
    return {
      user: 'binh',
      name: 'Trần Bình',
      role: this.#options.role ?? 'admin',
      scope: { province: '00', provinceName: 'Trung tâm' },
      expires: new Date(Date.now() + 8 * 3_600_000).toISOString(),
      mustChangePassword: this.#mustChange,
    };
  }

  #answer(asked: Asked): Answer {
    const { method, path } = asked;
    if (path === '/session' && method === 'POST') return this.#signIn(asked);
    if (path === '/session/link') return [204, undefined];
    if (path === '/session' && method === 'DELETE') {
      return [204, undefined, { 'set-cookie': `${COOKIE}=; Max-Age=0; Path=/` }];
    }
    if (asked.user === null || this.#ended) {
      return problem(401, 'signed_out', 'Sign in first.', 'Hãy đăng nhập.');
    }
    if (path === '/session') return [200, this.#session()];
    if (this.#mustChange && path !== '/session/password') {
      return problem(403, 'must_change_password', 'Change it first.', 'Cần đổi mật khẩu trước.');
    }
    if (path === '/session/password') return this.#password(asked);
    if (path.startsWith('/sessions')) return sessions(method);
    if (path.startsWith('/incidents')) return this.#incidents(asked);
    if (path.startsWith('/events')) return events(asked);
    return this.#lists(asked);
  }

  #signIn(asked: Asked): Answer {
    const { username, password } = asked.body as { username: string; password: string };
    if (username !== 'binh' || password !== PASSWORD) {
      return problem(401, 'wrong_credentials', 'Wrong pair.', 'Sai tài khoản hoặc mật khẩu.');
    }
    this.#ended = false;
    const cookie = `${COOKIE}=binh; Path=/; HttpOnly; SameSite=Strict`;
    return [200, this.#session(), { 'set-cookie': cookie }];
  }

  #password(asked: Asked): Answer {
    const { current } = asked.body as { current: string };
    if (current !== PASSWORD) {
      const vi = 'Tài khoản hoặc mật khẩu không đúng.';
      return problem(401, 'wrong_password', 'The account or the password is wrong.', vi);
    }
    this.#mustChange = false;
    return [200, this.#session()];
  }

  #incidents({ method, path, query, body, user }: Asked): Answer {
    const [, , id, action] = path.split('/');
    if (id === undefined) return this.#list(query);
    if (method === 'GET') {
      const view = this.desk.view(id);
      return view === undefined
        ? problem(404, 'not_found', 'No such incident.', 'Không có sự cố này.')
        : [200, view];
    }
    const name = (action ?? '') as ActionName;
    const answer = this.desk.act(id, name, body as ActionRequest, user ?? '');
    if (answer.kind === 'done') return [200, answer.view];
    if (answer.kind === 'not_found') {
      return problem(404, 'not_found', 'No such incident.', 'Không có sự cố này.');
    }
    const { current, changedBy } = answer;
    return problem(409, 'conflict', 'Changed meanwhile.', 'Đã bị đổi.', { current, changedBy });
  }

  #list(query: URLSearchParams): Answer {
    // The cursor names the last row given: rows that close meanwhile move no other out of sight.
    const rows = this.desk.open();
    const after = query.get('cursor') ?? '';
    const left = rows.filter((row) => row.id > after);
    const page = left.slice(0, Number(query.get('limit') ?? 100));
    const cursor = page.length < left.length ? (page.at(-1)?.id ?? null) : null;
    return [200, { seq: this.desk.seq, total: rows.length, rows: page, cursor }];
  }

  #lists({ method, path, query, body }: Asked): Answer {
    const now = Date.now();
    const kept = upkeep(method, path, body) ?? ruleAnswers(path, body);
    if (kept !== undefined) return kept;
    if (method !== 'GET' && /^\/(users|keys)/.test(path)) return administered(method, path, body);
    const page = <T>(rows: readonly T[]): Answer => {
      const start = Number(query.get('cursor') ?? 0);
      const end = start + Number(query.get('limit') ?? 100);
      const cursor = end < rows.length ? String(end) : null;
      const given = rows.slice(start, end);
      this.rowsSent += given.length;
      return [200, { total: rows.length, rows: given, cursor }];
    };
    switch (path) {
      case '/sources': {
        const state = query.get('state');
        const province = query.get('locality');
        const found = pages
          .sources(now)
          .filter((source) => state === null || source.state === state)
          .filter((source) => province === null || source.locality.province === province);
        return page(found);
      }
      case '/sources/unknown':
        return page(pages.unknownSenders(now).slice(this.#assigned));
      case '/sources/unknown/assign':
        this.#assigned += 1;
        return [200, { ...pages.sources(now)[0], name: (body as { name: string }).name }];
      case '/localities':
        return page(
          query.get('level') === 'commune'
            ? pages.communes(query.get('province') ?? '01')
            : pages.localities(now),
        );
      case '/probes':
        return page(pages.probes(now));
      case '/people':
        return page(pages.users(now).filter(({ disabled }) => !disabled));
      case '/views':
        return [200, { total: 0, rows: [], cursor: null }];
      case '/summary':
        return [200, pages.summary(query.get('period') ?? '2026-W47', now)];
      case '/users':
        return page(pages.users(now));
      case '/keys':
        return page(pages.keys(now));
      case '/health':
        return [200, pages.health(now)];
      default:
        return problem(404, 'not_found', 'No such address.', 'Không có địa chỉ này.');
    }
  }
}

function send(socket: WebSocket, frame: ServerFrame): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
}

function userOf(request: IncomingMessage): string | null {
  const cookie = request.headers.cookie ?? '';
  return cookie.includes(`${COOKIE}=binh`) ? 'binh' : null;
}

/** A file is not read. */
function bodyOf({ headers }: IncomingMessage, text: string): unknown {
  return headers['content-type'] === 'application/json' ? JSON.parse(text) : undefined;
}
