/** What the UDP thread is started with. */
export interface UdpOptions {
  readonly address: string;
  readonly port: number;
  readonly receiveBufferBytes: number;
  readonly inFlightBytesMax: number;
}

/** From the UDP thread. */
export type UdpReport =
  | { readonly kind: 'listening'; readonly port: number; readonly receiveBufferBytes: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | {
      readonly kind: 'bodies';
      readonly bodies: readonly {
        readonly peer: string;
        readonly messages: number;
        readonly bytes: Uint8Array;
      }[];
      /** Datagrams that had to be let go since the last report. */
      readonly dropped: number;
    }
  | { readonly kind: 'stopped' };

/** To the UDP thread. */
export type UdpOrder =
  | { readonly kind: 'written'; readonly bytes: number }
  | { readonly kind: 'stop' };
