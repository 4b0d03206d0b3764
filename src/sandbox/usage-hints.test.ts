import { expect, test } from '@jest/globals';
import { people } from './people.ts';
import { formatSandboxHints } from './usage-hints.ts';

test('names every vendor’s address, and an agent of Kore in the commands for Kore', () => {
  const text = formatSandboxHints({ avaamo: 'http://127.0.0.1:1', kore: 'http://127.0.0.1:2' });
  expect(text).toMatch(/^ {2}avaamo +http:\/\/127\.0\.0\.1:1$/m);
  expect(text).toMatch(/^ {2}kore +http:\/\/127\.0\.0\.1:2$/m);
  expect(text.match(/^ {2}curl http:\/\/127\.0\.0\.1:2\/__sandbox\//gm)).toHaveLength(4);
  const email = /agents\/(\S+)\/status/.exec(text)?.[1];
  expect(people.find(({ refsByVendor }) => refsByVendor.kore === email)).toBeDefined();
});

test('uses the first vendor where Kore is missing', () => {
  expect(formatSandboxHints({ acme: 'http://127.0.0.1:3' })).toContain('curl http://127.0.0.1:3/__sandbox/faults');
});
