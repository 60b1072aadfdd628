import { describe, expect, it } from 'vitest';

import { covers, type Principal, type Role } from '#libs/model';

import { checkOrigin } from './origin.ts';
import { allows, PERMISSIONS, scopeOf } from './permissions.ts';

function principal(role: Role, province: string, commune?: string): Principal {
  const scope = commune === undefined ? { province } : { province, commune };
  return { user: 'x', name: 'X', role, scope };
}

describe('permissions', () => {
  it('are refused unless they are listed', () => {
    expect(allows('manager', 'incidents.act')).toBe(false);
    expect(allows('manager', 'events.read')).toBe(false);
    expect(allows('locality', 'sources.write')).toBe(false);
    expect(allows('analyst', 'users.write')).toBe(false);
    expect(allows('nobody' as Role, 'incidents.read')).toBe(false);
    expect(allows('analyst', '__proto__' as never)).toBe(false);
  });

  it('give the administrator all that anybody has', () => {
    for (const granted of Object.values(PERMISSIONS)) {
      for (const permission of granted) expect(allows('admin', permission)).toBe(true);
    }
  });
});

describe('scope', () => {
  it('is the place of the principal, and nothing where that is broken', () => {
    const hue = scopeOf(principal('locality', '46'));
    expect(covers(hue, { province: '46', commune: '19753' })).toBe(true);
    expect(covers(hue, { province: '75' })).toBe(false);
    for (const broken of [principal('locality', '00'), principal('analyst', '')]) {
      for (const province of ['00', '46', 'xx', '']) {
        expect(covers(scopeOf(broken), { province })).toBe(false);
      }
    }
  });
});

describe('the origin of a request', () => {
  it('is our own only where the console is reached', () => {
    const at = 'soc.example:8080';
    expect(checkOrigin('http://soc.example:8080', at, undefined)).toBe('own');
    expect(checkOrigin('https://soc.example', at, 'https://soc.example/')).toBe('own');
    expect(checkOrigin('http://evil.example', at, undefined)).toBe('foreign');
    expect(checkOrigin('http://soc.example:8081', at, undefined)).toBe('foreign');
    expect(checkOrigin('null', at, undefined)).toBe('foreign');
    expect(checkOrigin('file://soc.example:8080', at, undefined)).toBe('foreign');
    expect(checkOrigin(undefined, at, undefined)).toBe('absent');
  });
});
