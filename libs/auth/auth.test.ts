import { describe, expect, it } from 'vitest';

import { ManualClock } from '#libs/model';

import { MemoryDocuments } from '../../test/support/memory-documents.ts';
import { ACCOUNT_LIMITS } from './attempt-limit.ts';
import { Auth } from './auth.ts';
import { checkPassword, hashPassword, PASSWORD_COST } from './password.ts';

const MINUTE = 60_000;
const CHEAP = { memoryKiB: 64, passes: 1, lanes: 1 };
const FROM = { address: '192.0.2.1', agent: 'Firefox' };
const SECRET = 'một mật khẩu đủ dài';

function rig() {
  const documents = new MemoryDocuments();
  const clock = new ManualClock(Date.UTC(2026, 10, 23));
  const auth = new Auth({
    documents,
    clock,
    fixedIngestKey: 'fixed-key',
    session: { idleMs: 60 * MINUTE, lifeMs: 720 * MINUTE },
    limits: { cost: CHEAP },
  });
  return { documents, clock, auth };
}

async function withAn() {
  const parts = rig();
  const user = {
    user: 'an',
    name: 'Nguyễn An',
    role: 'analyst' as const,
    scope: { province: '75' },
    password: SECRET,
    mustChangePassword: false,
  };
  expect(await parts.auth.users.add(user, true)).toMatchObject({ user: 'an' });
  return parts;
}

async function signedIn({ auth }: ReturnType<typeof rig>) {
  const result = await auth.signIn('an', SECRET, FROM);
  if ('reason' in result) throw new Error(result.reason);
  return result;
}

describe('passwords', () => {
  it('are kept as argon2id at 19 MiB and 2 passes, with the cost in the string', async () => {
    const phc = await hashPassword(SECRET);
    expect(phc).toMatch(
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    );
    expect(await checkPassword(SECRET, phc)).toBe('right');
    expect(await checkPassword(SECRET.normalize('NFD'), phc)).toBe('right');
    expect(await checkPassword(`${SECRET} `, phc)).toBe('wrong');
  });

  it('of another cost stay valid and are told to be outdated', async () => {
    const phc = await hashPassword(SECRET, CHEAP);
    expect(await checkPassword(SECRET, phc, PASSWORD_COST)).toBe('outdated');
  });

  it('never match a string that is no hash, or one that would eat the machine', async () => {
    for (const phc of ['', 'x', '$argon2id$v=19$m=99999999,t=2,p=1$AAAAAAAAAAA$AAAAAAAAAAA']) {
      expect(await checkPassword(SECRET, phc)).toBe('wrong');
    }
  });

  it('are hashed anew at sign-in when the cost went up', async () => {
    const parts = await withAn();
    const dearer = new Auth({ ...parts, limits: { cost: { ...CHEAP, passes: 2 } } });
    expect(await dearer.signIn('an', SECRET, FROM)).toHaveProperty('token');
    const doc = await parts.documents.get<{ hash: string }>('user', 'an');
    expect(doc?.body.hash).toContain('t=2');
  });
});

describe('signing in', () => {
  it('gives a session that says who is there; its token is stored nowhere', async () => {
    const parts = await withAn();
    const { token } = await signedIn(parts);
    expect(await parts.auth.sessions.authenticate(token)).toMatchObject({
      principal: { user: 'an', role: 'analyst', scope: { province: '75' } },
    });
    const stored = JSON.stringify([...parts.documents.kinds].map(([, docs]) => [...docs]));
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(SECRET);
  });

  it('answers the same for a wrong password, an unknown and a disabled user', async () => {
    const { auth } = await withAn();
    const refused = { reason: 'wrong_user_or_password' };
    expect(await auth.signIn('an', 'wrong', FROM)).toEqual(refused);
    expect(await auth.signIn('nobody', SECRET, FROM)).toEqual(refused);
    expect(await auth.signIn('../an', SECRET, FROM)).toEqual(refused);
    await auth.users.change('an', { disabled: true });
    expect(await auth.signIn('an', SECRET, FROM)).toEqual(refused);
  });

  it('shuts an account after too many failures and says until when, also an unknown one', async () => {
    const parts = await withAn();
    const { auth, clock } = parts;
    for (const user of ['an', 'nobody']) {
      for (let tries = 0; tries < ACCOUNT_LIMITS.failuresMax; tries += 1) {
        await auth.signIn(user, 'wrong', { ...FROM, address: `198.51.100.${tries}` });
      }
      expect(await auth.signIn(user, SECRET, FROM)).toEqual({
        reason: 'locked_out',
        until: clock.now() + ACCOUNT_LIMITS.lockMs,
        by: 'account',
      });
    }
    clock.advance(ACCOUNT_LIMITS.lockMs);
    expect(await auth.signIn('an', SECRET, FROM)).toHaveProperty('token');
  });

  it('shuts an address that tries many accounts', async () => {
    const parts = await withAn();
    for (let tries = 0; tries < 50; tries += 1) await parts.auth.signIn(`u${tries}`, 'x', FROM);
    expect(await parts.auth.signIn('an', SECRET, FROM)).toMatchObject({ by: 'address' });
  });

  it('does not let many attempts at once past the limit', async () => {
    const { auth } = await withAn();
    const all = await Promise.all(
      Array.from({ length: 40 }, () => auth.signIn('an', 'wrong', FROM)),
    );
    const tried = all.filter((one) => 'reason' in one && one.reason === 'wrong_user_or_password');
    expect(tried).toHaveLength(ACCOUNT_LIMITS.failuresMax);
  });
});

describe('a session', () => {
  it('ends when idle, when old, and when its user is disabled', async () => {
    const parts = await withAn();
    const idle = await signedIn(parts);
    parts.clock.advance(60 * MINUTE);
    expect(await parts.auth.sessions.authenticate(idle.token)).toEqual({ reason: 'session_idle' });
    const old = await signedIn(parts);
    for (let hours = 0; hours < 24; hours += 1) {
      parts.clock.advance(30 * MINUTE);
      await parts.auth.sessions.authenticate(old.token);
    }
    expect(parts.auth.sessions.isAlive(old.session.id)).toBe(false);
    expect(await parts.auth.sessions.authenticate(old.token)).toEqual({
      reason: 'session_unknown',
    });
    const gone = await signedIn(parts);
    await parts.auth.users.change('an', { disabled: true });
    expect(await parts.auth.sessions.authenticate(gone.token)).toEqual({ reason: 'user_gone' });
  });

  it('takes the role and scope of the moment', async () => {
    const parts = await withAn();
    const { token } = await signedIn(parts);
    await parts.auth.users.change('an', { role: 'manager', scope: { province: '46' } });
    expect(await parts.auth.sessions.authenticate(token)).toMatchObject({
      principal: { role: 'manager', scope: { province: '46' } },
    });
  });

  it('is listed and ended; a new password ends all others', async () => {
    const parts = await withAn();
    const [here, there] = [await signedIn(parts), await signedIn(parts)];
    expect(await parts.auth.sessions.list('an')).toHaveLength(2);
    const next = 'một mật khẩu khác hẳn';
    expect(await parts.auth.changePassword(here, 'wrong', next)).toMatchObject({
      reason: 'wrong_user_or_password',
    });
    expect(await parts.auth.changePassword(here, SECRET, 'ngắn')).toMatchObject({
      reason: 'password_refused',
      fault: 'too_short',
    });
    expect(await parts.auth.changePassword(here, SECRET, SECRET)).toMatchObject({
      fault: 'same_as_before',
    });
    expect(await parts.auth.changePassword(here, SECRET, next)).toMatchObject({ user: 'an' });
    expect(parts.auth.sessions.isAlive(there.session.id)).toBe(false);
    expect(await parts.auth.sessions.authenticate(here.token)).toHaveProperty('principal');
    await parts.auth.sessions.end(here.session.id);
    expect(await parts.auth.sessions.authenticate(here.token)).toEqual({
      reason: 'session_unknown',
    });
  });

  it('leaves nothing behind once it is past its life', async () => {
    const parts = await withAn();
    await signedIn(parts);
    await parts.auth.issueLink('an');
    parts.clock.advance(720 * MINUTE + 1);
    await signedIn(parts);
    expect(await parts.auth.sessions.sweep()).toBe(1);
    expect(parts.documents.kinds.get('session')?.size).toBe(1);
    await parts.auth.issueLink('an');
    expect(parts.documents.kinds.get('one-time-link')?.size).toBe(1);
  });

  it('cannot be had without limit by one user', async () => {
    const parts = await withAn();
    for (let made = 0; made < 25; made += 1) await signedIn(parts);
    expect(await parts.auth.sessions.list('an')).toHaveLength(20);
  });
});

describe('an administrator of a province', () => {
  it('sees and changes nobody and no key of another', async () => {
    const { auth } = await withAn();
    const hue = { province: '46' };
    expect((await auth.users.list(10, undefined, hue)).rows).toEqual([]);
    expect((await auth.users.list(10, undefined, { province: '75' })).rows).toHaveLength(1);
    expect(await auth.users.change('an', { disabled: true }, hue)).toEqual({
      reason: 'user_unknown',
    });
    const { key } = await auth.keys.create({
      kind: 'api',
      name: 'k',
      place: { province: '75' },
      by: 'an',
    });
    expect(await auth.keys.revoke(key.id, hue)).toEqual({ reason: 'key_unknown' });
    expect(await auth.keys.revoke(key.id, { province: '75' })).toHaveProperty('revoked');
  });
});

describe('the first administrator', () => {
  it('stays while there is no other', async () => {
    const { auth } = rig();
    await auth.ensureFirstAdmin('short');
    for (const parts of [
      { disabled: true },
      { role: 'analyst' as const },
      { scope: { province: '75' } },
    ]) {
      expect(await auth.users.change('admin', parts)).toEqual({ reason: 'last_admin' });
    }
    await auth.users.add({
      user: 'second',
      name: 'Hai',
      role: 'admin',
      scope: { province: '00' },
      password: SECRET,
      mustChangePassword: true,
    });
    expect(await auth.users.change('admin', { disabled: true })).toMatchObject({ disabled: true });
  });

  it('has the password of the environment, once', async () => {
    const { auth } = rig();
    expect(await auth.ensureFirstAdmin('short')).toEqual({ kind: 'created' });
    expect(await auth.ensureFirstAdmin('another')).toEqual({ kind: 'exists' });
    expect(await auth.signIn('admin', 'short', FROM)).toHaveProperty('token');
  });

  it('sets the password by a link that works once and for 30 minutes', async () => {
    const { auth, clock } = rig();
    const first = await auth.ensureFirstAdmin(undefined);
    if (first.kind !== 'link') throw new Error(first.kind);
    expect(await auth.redeemLink(first.token, 'ngắn')).toMatchObject({ fault: 'too_short' });
    const both = await Promise.all([
      auth.redeemLink(first.token, SECRET),
      auth.redeemLink(first.token, `${SECRET} 2`),
    ]);
    expect(both.filter((one) => 'user' in one)).toHaveLength(1);
    const { token } = await auth.issueLink('admin');
    clock.advance(30 * MINUTE);
    expect(await auth.redeemLink(token, `${SECRET} 3`)).toEqual({ reason: 'link_expired' });
  });
});

describe('keys', () => {
  it('say whose data a sender brings, until they are revoked or expire', async () => {
    const { auth, clock } = rig();
    const { key, text } = await auth.keys.create({
      kind: 'ingest',
      name: 'tường lửa xã',
      place: { province: '12', commune: '03433' },
      source: 'fw-12-03433',
      expires: clock.now() + 10 * MINUTE,
      by: 'admin',
    });
    expect(text).toMatch(/^tci_[0-9a-f]{12}_[\w-]{43}$/);
    expect(await auth.keys.authenticateIngest(text)).toEqual({
      key: key.id,
      place: { province: '12', commune: '03433' },
      source: 'fw-12-03433',
    });
    expect(await auth.keys.authenticateIngest(`${text}x`)).toEqual({ reason: 'key_unknown' });
    expect(await auth.keys.principalOf(text)).toEqual({ reason: 'key_wrong_kind' });
    const [listed] = (await auth.keys.list({ province: '12' }, 10)).rows;
    expect(listed).toMatchObject({ id: key.id, lastUsed: clock.now() });
    expect(JSON.stringify(listed)).not.toContain('hash');
    clock.advance(10 * MINUTE);
    expect(await auth.keys.authenticateIngest(text)).toEqual({ reason: 'key_expired' });
    await auth.keys.revoke(key.id);
    expect(await auth.keys.authenticateIngest(text)).toEqual({ reason: 'key_revoked' });
  });

  it('that name no source are counted while they bring data, also after a start', async () => {
    const { auth, clock, documents } = rig();
    const make = (province: string, source?: string) =>
      auth.keys.create({
        kind: 'ingest',
        name: 'k',
        place: { province },
        by: 'admin',
        ...(source === undefined ? {} : { source }),
      });
    const [plain, named] = [await make('12'), await make('12', 'fw')];
    for (const { text } of [plain, named]) await auth.keys.authenticateIngest(text);
    await auth.keys.authenticateIngest('fixed-key');
    const at = clock.now();
    expect(auth.keys.sourceless({ province: '12' })).toEqual([{ place: { province: '12' }, at }]);
    expect(auth.keys.sourceless({ province: '46' })).toEqual([]);
    expect(auth.keys.sourceless({ province: '00' })).toHaveLength(2);
    const next = new Auth({ documents, clock });
    expect(next.keys.sourceless({ province: '00' })).toEqual([]);
    await next.keys.recall();
    expect(next.keys.sourceless({ province: '00' })).toEqual([{ place: { province: '12' }, at }]);
    clock.advance(3_600_001);
    expect(auth.keys.sourceless({ province: '00' })).toEqual([]);
  });

  it('keep a websocket open until they are revoked or expire', async () => {
    const { auth, clock } = rig();
    const api = { kind: 'api', name: 'IOC', place: { province: '46' }, by: 'admin' } as const;
    const [short, long] = [
      await auth.keys.create({ ...api, expires: clock.now() + MINUTE }),
      await auth.keys.create(api),
    ];
    for (const { text } of [short, long]) await auth.keys.principalOf(text);
    const alive = (): boolean[] => [short, long].map(({ key }) => auth.isAlive(`key:${key.id}`));
    expect(alive()).toEqual([true, true]);
    clock.advance(MINUTE);
    expect(alive()).toEqual([false, true]);
    await auth.keys.revoke(long.key.id);
    alive();
    await expect.poll(alive).toEqual([false, false]);
  });

  it('are read once for many requests', async () => {
    const { auth, documents } = rig();
    const { text } = await auth.keys.create({
      kind: 'ingest',
      name: 'k',
      place: { province: '12' },
      by: 'admin',
    });
    await auth.keys.authenticateIngest(text);
    const { writes } = documents;
    for (let sent = 0; sent < 100; sent += 1) await auth.keys.authenticateIngest(text);
    expect(documents.writes).toBe(writes);
  });

  it('of the environment stand for the centre', async () => {
    expect(await rig().auth.keys.authenticateIngest('fixed-key')).toEqual({
      key: 'env',
      place: { province: '00' },
    });
  });

  it('of the API work as people of their place do', async () => {
    const { auth } = rig();
    const make = (province: string) =>
      auth.keys.create({ kind: 'api', name: 'IOC', place: { province }, by: 'admin' });
    expect(await auth.keys.principalOf((await make('00')).text)).toMatchObject({ role: 'analyst' });
    expect(await auth.keys.principalOf((await make('46')).text)).toMatchObject({
      role: 'locality',
      scope: { province: '46' },
    });
  });
});
