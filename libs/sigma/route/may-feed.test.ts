import { expect, it } from 'vitest';

import { mayFeed } from './may-feed.ts';

it('lets a source feed the rules that its dataset does not speak against', () => {
  expect(mayFeed({ category: 'webserver' }, 'nginx.access')).toBe(true);
  expect(mayFeed({ product: 'windows' }, 'nginx.access')).toBe(false);
  expect(mayFeed({ product: 'windows' }, undefined)).toBe(true);
  expect(mayFeed({ category: 'authentication' }, 'keycloak.event')).toBe(true);
});
