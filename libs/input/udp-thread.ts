// Runs in a thread of its own: copies datagrams to bodies for each sender and nothing else, so that
// the kernel's buffer
// is emptied whatever the rest of the process does (performance: 15 µs more per datagram lost 71 %
// of them).
import { createSocket } from 'node:dgram';
import { parentPort, workerData } from 'node:worker_threads';

import { FrameBatch } from './frames.ts';
import { plainAddress } from './peer-address.ts';
import type { UdpOptions, UdpReport, UdpOrder } from './udp-messages.ts';

const FLUSH_MS = 10;
const FLUSH_BYTES = 262_144;

const port = parentPort;
if (port === null) throw new Error('must be run as a thread');

const options = workerData as UdpOptions;
const socket = createSocket({
  type: options.address.includes(':') ? 'udp6' : 'udp4',
  recvBufferSize: options.receiveBufferBytes,
});

let batches = new Map<string, FrameBatch>();
let gathered = 0;
let dropped = 0;
let inFlight = 0;
let timer: NodeJS.Timeout | undefined;

function report(message: UdpReport, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  if (gathered === 0 && dropped === 0) return;
  const bodies = [...batches].map(([peer, batch]) => ({
    peer,
    messages: batch.messages,
    bytes: batch.bytes(),
  }));
  inFlight += gathered;
  report(
    { kind: 'bodies', bodies, dropped },
    bodies.map(({ bytes }) => bytes.buffer as ArrayBuffer),
  );
  batches = new Map();
  gathered = 0;
  dropped = 0;
}

socket.on('message', (datagram, { address }) => {
  timer ??= setTimeout(flush, FLUSH_MS);
  if (inFlight + gathered >= options.inFlightBytesMax) {
    dropped += 1;
    return;
  }
  const message = trimmed(datagram);
  if (message.length === 0) return;
  const peer = plainAddress(address);
  let batch = batches.get(peer);
  if (batch === undefined) {
    batch = new FrameBatch();
    batches.set(peer, batch);
  }
  const before = batch.length;
  batch.add(message);
  gathered += batch.length - before;
  if (gathered >= FLUSH_BYTES) flush();
});

/** Without the LF or NUL that senders put at the end. */
function trimmed(datagram: Buffer): Buffer {
  let end = datagram.length;
  while (
    end > 0 &&
    (datagram[end - 1] === 10 || datagram[end - 1] === 13 || datagram[end - 1] === 0)
  ) {
    end -= 1;
  }
  return datagram.subarray(0, end);
}

socket.once('error', (error: NodeJS.ErrnoException) => {
  report({ kind: 'failed', code: error.code ?? '', message: error.message });
  socket.close();
  port.close();
});

socket.bind({ address: options.address, port: options.port }, () => {
  const receiveBufferBytes = socket.getRecvBufferSize();
  report({ kind: 'listening', port: socket.address().port, receiveBufferBytes });
});

port.on('message', (order: UdpOrder) => {
  if (order.kind === 'written') {
    inFlight -= order.bytes;
    return;
  }
  // What the kernel already holds is read before the socket closes.
  setTimeout(() => {
    socket.close();
    flush();
    report({ kind: 'stopped' });
    port.close();
  }, FLUSH_MS);
});
