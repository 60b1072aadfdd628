import { readFile } from 'node:fs/promises';

/*
 * /proc/net/udp (Linux, proc(5)): one line for each socket; the second column is the local address
 * as hexadecimal `ADDRESS:PORT`, the last one counts the datagrams that the kernel had no room for.
 */

/** Datagrams the kernel dropped on the sockets of a local port, from the text of /proc/net/udp. */
export function dropsOf(table: string, port: number): number {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  let drops = 0;
  for (const line of table.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    if (columns[1]?.endsWith(suffix) === true) drops += Number(columns.at(-1));
  }
  return drops;
}

/** Datagrams the kernel dropped on a local port; `undefined` where the system does not tell. */
export async function kernelDrops(port: number): Promise<number | undefined> {
  const tables = await Promise.allSettled(
    ['/proc/net/udp', '/proc/net/udp6'].map((path) => readFile(path, 'utf8')),
  );
  const texts = tables.flatMap((table) => (table.status === 'fulfilled' ? [table.value] : []));
  return texts.length === 0 ? undefined : texts.reduce((sum, text) => sum + dropsOf(text, port), 0);
}
