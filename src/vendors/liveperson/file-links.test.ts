import { describe, expect, test } from '@jest/globals';
import { checkFileLink, type LinkRules } from './file-links.ts';

const liveperson: LinkRules = {
  baseUrl: new URL('https://va.da.liveperson.net'),
  accountId: '75555851',
  fileHosts: ['files.example.com', '*.cdn.example.org'],
};
const validPath = '/data_access_le/account/75555851/le/agentActivity/Agent.1.2.part-00000-0.gz';

describe('accepted file links', () => {
  test.each([
    ['the own host', `https://va.da.liveperson.net${validPath}`],
    ['a host of the family, as in the vendor’s sample', `https://va-a.da.liveperson.net${validPath}`],
    ['a host deeper in the family', `https://a.b.da.liveperson.net${validPath}`],
    ['a configured host', `https://files.example.com${validPath}`],
    ['a host under a configured domain', `https://eu.cdn.example.org${validPath}`],
    ['the shortest possible host', `https://a.cdn.example.org${validPath}`],
    ['a host in upper case', `HTTPS://VA-A.DA.LIVEPERSON.NET${validPath}`],
    ['the scheme’s own port', `https://va.da.liveperson.net:443${validPath}`],
    ['a query', `https://va.da.liveperson.net${validPath}?part=1`],
    ['no host at all', validPath],
    ['a detour that stays inside', `https://va.da.liveperson.net/data_access_le/account/1/../75555851/le/x`],
  ])('accepts a file link with %s', (_title, link) => {
    expect(checkFileLink(link, liveperson)).toBeInstanceOf(URL);
  });

  test('removes the fragment of a file link', () => {
    expect(String(checkFileLink(`https://va.da.liveperson.net${validPath}#x`, liveperson))).toBe(
      `https://va.da.liveperson.net${validPath}`,
    );
  });
});

describe('rejected file links', () => {
  test.each([
    ['not a URL', 'https://'],
    ['not a URL', 'https://va.da.liveperson.net:99999/x'],
    ['scheme', `http://va.da.liveperson.net${validPath}`],
    ['scheme', `ftp://va.da.liveperson.net${validPath}`],
    ['scheme', 'file:///etc/passwd'],
    ['scheme', 'javascript:alert(1)'],
    ['scheme', `data:,${validPath}`],
    ['user info', `https://user@va.da.liveperson.net${validPath}`],
    ['user info', `https://user:secret@va.da.liveperson.net${validPath}`],
    ['user info', `https://:secret@va.da.liveperson.net${validPath}`],
    ['user info', `https://va.da.liveperson.net:x@evil.example${validPath}`],
    ['port', `https://va.da.liveperson.net:8443${validPath}`],
    ['port', `https://va.da.liveperson.net:80${validPath}`],
    ['host', `https://evil.example${validPath}`],
    ['host', `//evil.example${validPath}`],
    ['host', `\\\\evil.example${validPath}`],
    ['host', `https://da.liveperson.net${validPath}`],
    ['host', `https://liveperson.net${validPath}`],
    ['host', `https://va.liveperson.net${validPath}`],
    ['host', `https://va.da.liveperson.net.evil.example${validPath}`],
    ['host', `https://evilda.liveperson.net${validPath}`],
    ['host', `https://va.da.liveperson.net.${validPath}`],
    ['host', `https://.da.liveperson.net${validPath}`],
    ['host', `https://va.da.livepers\u043en.net${validPath}`],
    ['host', `https://evil.example\\@va.da.liveperson.net${validPath}`],
    ['not a URL', `https://evil.example%2f.da.liveperson.net${validPath}`],
    ['host', `https://169.254.169.254${validPath}`],
    ['host', `https://[::1]${validPath}`],
    ['host', `https://0x7f000001${validPath}`],
    ['host', `https://cdn.example.org${validPath}`],
    ['host', `https://a.files.example.com${validPath}`],
    ['path', 'https://va.da.liveperson.net/'],
    ['path', 'https://va.da.liveperson.net/data_access_le/account/75555851/'],
    ['path', 'https://va.da.liveperson.net/data_access_le/account/75555852/le/x'],
    ['path', 'https://va.da.liveperson.net/data_access_le/account/755558510/le/x'],
    ['path', 'https://va.da.liveperson.net/data_access_le/account/75555851/../28045150/le/x'],
    ['path', 'https://va.da.liveperson.net/data_access_le/account/75555851/%2e%2e/28045150/le/x'],
    ['path', 'https://va.da.liveperson.net/data_access_le/account/75555851/..\\28045150\\le'],
    ['path', 'https://va.da.liveperson.net/data_access_le/account/75555851/..%2f28045150/le/x'],
    ['path', 'https://va.da.liveperson.net/data_access_le/account/75555851/..%2F28045150/le/x'],
    ['path', 'https://va.da.liveperson.net/data_access_le/account/75555851/..%5c28045150/le/x'],
    ['path', 'https://va.da.liveperson.net/data_access_le/account/75555851/..%5C28045150/le/x'],
    ['path', 'https://va.da.liveperson.net/data_access_le/account/75555851/..%252f28045150/le/x'],
    ['path', 'https://va.da.liveperson.net/data_access_le/account/75555851/..;/28045150/le/x'],
    ['path', 'https://va.da.liveperson.net/data_access_le/account/75555851/%2e%2e;/28045150/le/x'],
    ['path', 'https://va.da.liveperson.net/data_access_le/account/75555851/.;/le/x'],
    ['path', `https://va.da.liveperson.net/other${validPath}`],
    ['path', `https://va.da.liveperson.net${validPath.toUpperCase()}`],
  ])('rejects a file link for its %s: %s', (why, link) => {
    expect(checkFileLink(link, liveperson)).toBe(why);
  });
});

describe('a loopback base URL', () => {
  const local: LinkRules = { ...liveperson, baseUrl: new URL('http://127.0.0.1:4010/lp/'), fileHosts: [] };

  test('accepts http links below a loopback base URL', () => {
    expect(checkFileLink(`http://127.0.0.1:4010/lp${validPath}`, local)).toBeInstanceOf(URL);
  });

  test.each([
    ['several slashes after its path', 'http://127.0.0.1:4010/lp//', `http://127.0.0.1:4010/lp${validPath}`],
    ['the port of http, written for https', 'http://127.0.0.1', `https://127.0.0.1:80${validPath}`],
    ['the port of https, written for http', 'http://127.0.0.1:443', `https://127.0.0.1${validPath}`],
  ])('accepts links of a loopback base URL with %s', (_title, baseUrl, link) => {
    expect(checkFileLink(link, { ...local, baseUrl: new URL(baseUrl) })).toBeInstanceOf(URL);
  });

  test('assumes port 80 for a loopback base URL without a port', () => {
    expect(checkFileLink(`https://127.0.0.1${validPath}`, { ...local, baseUrl: new URL('http://127.0.0.1') })).toBe(
      'port',
    );
  });

  test.each([
    ['scheme', `ftp://127.0.0.1:4010/lp${validPath}`],
    ['port', `http://127.0.0.1:4011/lp${validPath}`],
    ['port', `https://127.0.0.1/lp${validPath}`],
    ['host', `http://1.0.0.1:4010/lp${validPath}`],
    ['host', `http://localhost:4010/lp${validPath}`],
    ['path', `http://127.0.0.1:4010${validPath}`],
  ])('rejects a link of a loopback base URL for another %s: %s', (why, link) => {
    expect(checkFileLink(link, local)).toBe(why);
  });
});

test('does not trust the domain of a host with three labels, which may be a registered domain', () => {
  const short: LinkRules = { ...liveperson, baseUrl: new URL('https://data.example.com'), fileHosts: [] };
  expect(checkFileLink(`https://other.example.com${validPath}`, short)).toBe('host');
  expect(checkFileLink(`https://data.example.com${validPath}`, short)).toBeInstanceOf(URL);
});
