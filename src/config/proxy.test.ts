import { expect, test } from '@jest/globals';
import { errorLines, loadOrThrow, MAIL_ACCOUNT } from '../../test/support/config-harness.ts';
import { parseProxyVariables } from './proxy.ts';

function parse(env: Readonly<Record<string, string>>) {
  const { proxy, errors } = parseProxyVariables(env);
  return { url: proxy.url?.reveal() ?? null, noProxy: proxy.noProxy, errors };
}

test.each([
  [{}, null],
  [{ HTTPS_PROXY: '', HTTP_PROXY: '' }, null],
  [{ HTTPS_PROXY: 'http://upper:1' }, 'http://upper:1'],
  [{ HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:1' }, 'http://lower:1'],
  [{ HTTPS_PROXY: 'https://secure:1', http_proxy: 'http://plain:1' }, 'https://secure:1'],
  [{ HTTP_PROXY: 'http://plain:1' }, 'http://plain:1'],
  [{ http_proxy: 'http://user:p%40ss@plain:1/' }, 'http://user:p%40ss@plain:1/'],
  [{ HTTPS_PROXY: 'proxy.example.com:3128' }, 'http://proxy.example.com:3128'],
])('takes the proxy from the variables %j', (env, url) => {
  expect(parse(env)).toEqual({ url, noProxy: '', errors: [] });
});

test.each([
  [{ NO_PROXY: 'a' }, 'a'],
  [{ NO_PROXY: 'a', no_proxy: 'b' }, 'b'],
  [{ NO_PROXY: 'a', no_proxy: '' }, ''],
])('takes the exceptions from the variables %j', (env, noProxy) => {
  expect(parse({ HTTPS_PROXY: 'proxy:1', ...env }).noProxy).toBe(noProxy);
});

test.each([
  'socks5://proxy:1080',
  'http://',
  'http://user:CANARY%@proxy:1',
  'http://proxy:1/path',
  'http://p:1/?q',
  'a b',
])('rejects the proxy %s without naming it', (HTTPS_PROXY) => {
  const message = 'must be the URL of an HTTP proxy, such as http://proxy.example.com:3128';
  expect(parse({ HTTPS_PROXY })).toEqual({
    url: null,
    noProxy: '',
    errors: [{ file: 'environment', path: 'HTTPS_PROXY', message }],
  });
  expect(errorLines(`accounts: [{ ${MAIL_ACCOUNT}, proxyUrl: "${HTTPS_PROXY}" }]`)).toEqual([
    expect.stringMatching(/^test\.yaml:1:\d+: accounts\[0\]\.proxyUrl: must be the URL of an HTTP proxy/),
  ]);
});

test('loads the variables as part of the configuration, and reports a wrong one with the file’s errors', () => {
  const { proxy } = loadOrThrow('', { HTTPS_PROXY: 'http://user:CANARY@proxy:1', NO_PROXY: '*.example.com' });
  expect([proxy.url?.reveal(), proxy.noProxy]).toEqual(['http://user:CANARY@proxy:1', '*.example.com']);
  expect(JSON.stringify(proxy)).not.toContain('CANARY');
  expect(errorLines('nonsense: 1', { HTTPS_PROXY: 'socks5://proxy' })).toEqual([
    'environment: HTTPS_PROXY: must be the URL of an HTTP proxy, such as http://proxy.example.com:3128',
    'test.yaml:1:1: nonsense: is not a known key',
  ]);
});

test('keeps an account’s proxy secret', () => {
  const { accounts } = loadOrThrow(`accounts: [{ ${MAIL_ACCOUNT}, proxyUrl: "http://user:CANARY@proxy:1" }]`);
  expect(accounts[0]?.proxyUrl?.reveal()).toBe('http://user:CANARY@proxy:1');
  expect(JSON.stringify(accounts)).not.toContain('CANARY');
});
