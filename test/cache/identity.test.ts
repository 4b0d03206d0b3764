import { expect, test } from '@jest/globals';
import { identityOf } from '../../src/cache/identity.ts';
import { accountBase, type AccountConfig } from '../../src/config/account.ts';

const account = accountBase.parse({ name: 'lp', vendor: 'liveperson', baseUrl: 'https://lp.example.com' });
const identity = (more: object = {}) => identityOf({ ...account, ...more });

test.each<[string, object]>([
  ['name', { name: 'lp2' }],
  ['vendor', { vendor: 'kore' }],
  ['address', { baseUrl: new URL('https://other.example.com') }],
  ['settings that only its vendor has', { siteId: '42' }],
])('an account of another %s is another', (_what, more) => {
  expect(identity(more)).not.toBe(identity());
});

test('how it is called, and how often, changes nothing', () => {
  const tuning = accountBase.omit({ name: true, vendor: true, baseUrl: true }).parse({
    timeoutMs: 1,
    concurrency: 1,
    queue: 1,
    requestsPerMinute: 1,
    retries: 1,
    breaker: false,
    rateGate: false,
  });
  expect(identity(tuning)).toBe(identity());
});

test('nor does the order in which it is written', () => {
  const turned = Object.fromEntries(Object.entries({ ...account, siteId: '42' }).reverse()) as AccountConfig;
  expect(identityOf(turned)).toBe(identity({ siteId: '42' }));
});
