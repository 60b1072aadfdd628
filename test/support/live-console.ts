import { WebSocket } from 'ws';

import type { IncidentListView, IncidentRow, ServerFrame } from '#libs/protocol';

import type { CleanUp } from './clean-up.ts';

/** What a console without a browser knows: rows of a list, moved on by what a server sends. */
export class LiveConsole {
  readonly rows = new Map<string, IncidentRow>();
  /** Times a server asked it to list anew. */
  resyncs = 0;
  seq: number;
  #socket: WebSocket | undefined;

  constructor(list: IncidentListView) {
    this.seq = list.seq;
    for (const row of list.rows) this.rows.set(row.id, row);
  }

  /** Connects to a server and goes on from what it knows. */
  connect(cleanUp: CleanUp, url: string, cookie: string): void {
    this.#socket?.terminate();
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/console`, {
      headers: { cookie, origin: url },
    });
    this.#socket = socket;
    socket.on('error', () => socket.terminate());
    socket.on('open', () => {
      const data = { topic: 'incidents', since: this.seq };
      socket.send(JSON.stringify({ event: 'subscribe', data }));
    });
    socket.on('message', (raw: Buffer) => this.#take(JSON.parse(raw.toString()) as ServerFrame));
    cleanUp(() => socket.terminate());
  }

  #take(frame: ServerFrame): void {
    if (frame.event === 'resync') this.resyncs += 1;
    if (frame.event !== 'delta') return;
    const { from, to, set, add, drop } = frame.data;
    if (from > this.seq + 1) throw new Error(`changes ${this.seq + 1} to ${from - 1} are missing`);
    this.seq = to;
    for (const row of add) this.rows.set(row.id, row);
    for (const [id, keys] of set) {
      const row = this.rows.get(id);
      if (row === undefined) throw new Error(`${id} is not known`);
      this.rows.set(id, { ...row, ...keys });
    }
    for (const id of drop) this.rows.delete(id);
  }
}
