import { CENTRE } from '#libs/model';
import type { Documents, Write } from '#libs/store';

/** Documents that hold what only processes of the product may know. */
const SECRET_KIND = 'cluster-secret';
const MASK_KEY = 'mask-key';

/** The key of the masking hashes that all processes of a cluster share; absent before the first. */
export async function maskKeyOf(documents: Documents): Promise<Uint8Array | undefined> {
  const shared = await documents.get<string>(SECRET_KIND, MASK_KEY);
  return shared === undefined ? undefined : Buffer.from(shared.body, 'base64');
}

/** What makes a key the shared one. */
export function maskKeyWrite(key: Uint8Array, expect: Write['expect']): Write {
  const body = Buffer.from(key).toString('base64');
  return { kind: SECRET_KIND, id: MASK_KEY, expect, body, place: { province: CENTRE }, order: 0 };
}

/** The first process gives its key to all: one account has one hash wherever it is masked. */
export async function sharedMaskKey(documents: Documents, own: Uint8Array): Promise<Uint8Array> {
  const [result] = await documents.write([maskKeyWrite(own, 'absent')]);
  if (result?.done === true) return own;
  const shared = await maskKeyOf(documents);
  if (shared === undefined) throw new Error('the key of masking cannot be read');
  return shared;
}
