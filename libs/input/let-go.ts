/**
 * Gives the memory of bytes that nobody reads any more back at once, and leaves them empty. Without
 * it they wait for a collection of garbage, and a thread that takes in bodies but makes few objects
 * then looks through its whole heap for every ten megabytes that came. Bytes that share their
 * memory with others are left alone.
 */
export function letGo(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (!(buffer instanceof ArrayBuffer) || buffer.detached) return;
  if (bytes.byteLength === buffer.byteLength) buffer.transfer(0);
}
