import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import type { CleanUp } from './clean-up.ts';
import { tempFolder } from './temp-folder.ts';

/** What stands before a server that knows neither TLS nor users, as an operator would put it. */
export interface TlsProxy {
  readonly url: string;
  /** Certificate of the authority that signed the proxy's, PEM. */
  readonly ca: string;
  /** Requests let through, and those turned away with 401. */
  readonly counts: { passed: number; refused: number };
}

/** Passes on requests whose Authorization header is one of `accepted`; others get a 401. */
export async function startTlsProxy(
  cleanUp: CleanUp,
  { target, accepted }: { readonly target: string; readonly accepted: readonly string[] },
): Promise<TlsProxy> {
  const { ca, cert, key } = certificates(tempFolder(cleanUp));
  const counts = { passed: 0, refused: 0 };
  const server = createServer({ cert, key }, (asked, answer) => {
    if (accepted.includes(asked.headers.authorization ?? '')) {
      counts.passed += 1;
      passOn(asked, answer, new URL(asked.url ?? '/', target));
      return;
    }
    counts.refused += 1;
    asked.resume();
    answer.writeHead(401, {
      'content-type': 'application/json',
      'x-elastic-product': 'Elasticsearch',
    });
    const error = { type: 'security_exception', reason: 'missing authentication credentials' };
    answer.end(JSON.stringify({ error, status: 401 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}`, ca, counts };
}

function passOn(asked: IncomingMessage, answer: ServerResponse, to: URL): void {
  const { authorization: _, ...headers } = asked.headers;
  const further = request(to, { method: asked.method, headers }, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.headers);
    reply.pipe(answer);
  });
  further.on('error', () => answer.destroy());
  asked.pipe(further);
}

/** An authority of the test's own and a certificate for 127.0.0.1 that it signed. */
function certificates(folder: string): { ca: string; cert: string; key: string } {
  const path = (name: string) => join(folder, name);
  const openssl = (line: string, ...more: string[]) =>
    execFileSync('openssl', [...line.split(' '), ...more], { cwd: folder, stdio: 'pipe' });
  const fresh = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';
  openssl(`req -x509 ${fresh} -keyout ca.key -out ca.pem -days 2 -subj`, '/CN=Test authority');
  openssl(`req ${fresh} -keyout key.pem -out request.pem -subj`, '/CN=127.0.0.1');
  writeFileSync(path('names'), 'subjectAltName=IP:127.0.0.1\n');
  const signed = '-CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out cert.pem';
  openssl(`x509 -req -in request.pem ${signed}`);
  const read = (name: string) => readFileSync(path(name), 'utf8');
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}
