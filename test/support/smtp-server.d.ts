/** What the tests use of the package, which brings no types. */
declare module 'smtp-server' {
  import type { AddressInfo } from 'node:net';

  export class SMTPServer {
    constructor(options: {
      readonly authOptional: boolean;
      readonly disabledCommands: readonly string[];
      readonly closeTimeout: number;
      onData(
        stream: AsyncIterable<Buffer>,
        session: unknown,
        done: (error?: Error & { responseCode?: number }) => void,
      ): void;
    });
    readonly server: { address(): AddressInfo | string | null };
    listen(port: number, host: string, done: () => void): void;
    close(done: () => void): void;
  }
}
