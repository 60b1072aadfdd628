import { Connection } from '../../libs/store/elastic/index.ts';

/** Names in one request; the line of a request has room for 4096 bytes. */
const namesPerRequest = 30;

/** Removes every index and template whose name begins with the prefix. */
export async function removeLeftovers(url: string, prefix: string): Promise<void> {
  const connection = new Connection({ urls: [url] });
  try {
    const found = await connection.get<Record<string, unknown>>({
      method: 'GET',
      path: `/${prefix}*/_alias`,
    });
    const names = Object.keys(found);
    // By their names: a server refuses to delete by a pattern.
    for (let at = 0; at < names.length; at += namesPerRequest) {
      const path = `/${names.slice(at, at + namesPerRequest).join(',')}`;
      await connection.get({ method: 'DELETE', path, query: { ignore_unavailable: true } });
    }
    await connection.get({ method: 'DELETE', path: `/_index_template/${prefix}*` }, [404]);
  } finally {
    await connection.close();
  }
}
