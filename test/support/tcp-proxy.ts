import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

import type { CleanUp } from './clean-up.ts';

/** A stretch of network that a test can take away. */
export interface TcpProxy {
  readonly port: number;
  /** Nothing passes any more, and no connection ends: as when a cable is pulled. */
  cut(): void;
  /** All connections end, and new ones pass again. */
  heal(): void;
}

/** Passes connections on to a port of this machine. */
export async function startTcpProxy(cleanUp: CleanUp, target: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let isCut = false;
  const drop = (pair: readonly [Socket, Socket]): void => {
    pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  };
  const server = createServer((near) => {
    const far = createConnection({ port: target, host: '127.0.0.1' });
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, pair.toReversed() as [Socket, Socket]]) {
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        if (!isCut) to.write(bytes);
      });
      from.on('error', () => undefined);
      // The end of a connection does not pass a cut either.
      from.on('close', () => {
        if (!isCut) drop(pair);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(async () => {
    for (const pair of pairs) drop(pair);
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      isCut = true;
    },
    heal: () => {
      isCut = false;
      for (const pair of pairs) drop(pair);
    },
  };
}
