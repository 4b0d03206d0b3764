import { expect, test } from '@jest/globals';
import { formatBanner } from './banner.ts';

test('names the URLs to open, and the sandbox’s vendors if there are any', () => {
  const configured = formatBanner('http://127.0.0.1:4000', null);
  expect(configured).toContain('http://127.0.0.1:4000/graphiql');
  expect(configured).not.toContain('sandbox');
  const withSandbox = formatBanner('http://127.0.0.1:4000', { kore: 'http://127.0.0.1:4102' });
  expect(withSandbox).toContain('with the vendor sandbox (nothing is configured)');
  expect(withSandbox).toContain('curl http://127.0.0.1:4102/__sandbox/faults -X DELETE');
});
