import { createServer, type Server } from 'node:http';

/**
 * The services that the demo's probes ask: a small server that answers, or hangs up where the
 * script says so.
 */
export class StageDoor {
  readonly #server: Server;
  readonly #faulty: (service: string) => boolean;

  /** `faulty` is asked at every request with the service's id. */
  constructor(faulty: (service: string) => boolean) {
    this.#faulty = faulty;
    this.#server = createServer((request, reply) => {
      if (this.#faulty((request.url ?? '/').slice(1))) {
        request.socket.destroy();
        return;
      }
      reply.end('ok');
    });
  }

  /** Listens on a free port of this machine and gives its number. */
  async open(): Promise<number> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port for the demo');
    return address.port;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
