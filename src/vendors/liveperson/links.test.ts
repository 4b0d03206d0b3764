import { describe, expect, test } from '@jest/globals';
import { followable, type LinkRules } from './links.ts';

const liveperson: LinkRules = {
  baseUrl: new URL('https://va.da.liveperson.net'),
  accountId: '75555851',
  fileHosts: ['files.example.com', '*.cdn.example.org'],
};
const below = '/data_access_le/account/75555851/le/agentActivity/Agent.1.2.part-00000-0.gz';

describe('links that are followed', () => {
  test.each([
    ['the own host', `https://va.da.liveperson.net${below}`],
    ['a host of the family, as in the vendor’s sample', `https://va-a.da.liveperson.net${below}`],
    ['a host deeper in the family', `https://a.b.da.liveperson.net${below}`],
    ['a configured host', `https://files.example.com${below}`],
    ['a host under a configured domain', `https://eu.cdn.example.org${below}`],
    ['the shortest there can be', `https://a.cdn.example.org${below}`],
    ['upper case', `HTTPS://VA-A.DA.LIVEPERSON.NET${below}`],
    ['the scheme’s own port', `https://va.da.liveperson.net:443${below}`],
    ['a query', `https://va.da.liveperson.net${below}?part=1`],
    ['no host at all', below],
    ['a detour that stays inside', `https://va.da.liveperson.net/data_access_le/account/1/../75555851/le/x`],
  ])('%s', (_title, link) => {
    expect(followable(link, liveperson)).toBeInstanceOf(URL);
  });

  test('without their fragment', () => {
    expect(String(followable(`https://va.da.liveperson.net${below}#x`, liveperson))).toBe(
      `https://va.da.liveperson.net${below}`,
    );
  });
});

describe('links that are refused', () => {
  test.each([
    ['not a URL', 'https://'],
    ['not a URL', 'https://va.da.liveperson.net:99999/x'],
    ['scheme', `http://va.da.liveperson.net${below}`],
    ['scheme', `ftp://va.da.liveperson.net${below}`],
    ['scheme', 'file:///etc/passwd'],
    ['scheme', 'javascript:alert(1)'],
    ['scheme', `data:,${below}`],
    ['user info', `https://user@va.da.liveperson.net${below}`],
    ['user info', `https://user:secret@va.da.liveperson.net${below}`],
    ['user info', `https://:secret@va.da.liveperson.net${below}`],
    ['user info', `https://va.da.liveperson.net:x@evil.example${below}`],
    ['port', `https://va.da.liveperson.net:8443${below}`],
    ['port', `https://va.da.liveperson.net:80${below}`],
    ['host', `https://evil.example${below}`],
    ['host', `//evil.example${below}`],
    ['host', `\\\\evil.example${below}`],
    ['host', `https://da.liveperson.net${below}`],
    ['host', `https://liveperson.net${below}`],
    ['host', `https://va.liveperson.net${below}`],
    ['host', `https://va.da.liveperson.net.evil.example${below}`],
    ['host', `https://evilda.liveperson.net${below}`],
    ['host', `https://va.da.liveperson.net.${below}`],
    ['host', `https://.da.liveperson.net${below}`],
    ['host', `https://va.da.livepers\u043en.net${below}`],
    ['host', `https://evil.example\\@va.da.liveperson.net${below}`],
    ['not a URL', `https://evil.example%2f.da.liveperson.net${below}`],
    ['host', `https://169.254.169.254${below}`],
    ['host', `https://[::1]${below}`],
    ['host', `https://0x7f000001${below}`],
    ['host', `https://cdn.example.org${below}`],
    ['host', `https://a.files.example.com${below}`],
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
    ['path', `https://va.da.liveperson.net/other${below}`],
    ['path', `https://va.da.liveperson.net${below.toUpperCase()}`],
  ])('for their %s: %s', (why, link) => {
    expect(followable(link, liveperson)).toBe(why);
  });
});

describe('a base URL on this machine', () => {
  const local: LinkRules = { ...liveperson, baseUrl: new URL('http://127.0.0.1:4010/lp/'), fileHosts: [] };

  test('admits http, its port and its path', () => {
    expect(followable(`http://127.0.0.1:4010/lp${below}`, local)).toBeInstanceOf(URL);
  });

  test.each([
    ['several slashes behind its path', 'http://127.0.0.1:4010/lp//', `http://127.0.0.1:4010/lp${below}`],
    ['the port of http, written for https', 'http://127.0.0.1', `https://127.0.0.1:80${below}`],
    ['the port of https, written for http', 'http://127.0.0.1:443', `https://127.0.0.1${below}`],
  ])('may have %s', (_title, baseUrl, link) => {
    expect(followable(link, { ...local, baseUrl: new URL(baseUrl) })).toBeInstanceOf(URL);
  });

  test('has the port of http where it names none', () => {
    expect(followable(`https://127.0.0.1${below}`, { ...local, baseUrl: new URL('http://127.0.0.1') })).toBe('port');
  });

  test.each([
    ['scheme', `ftp://127.0.0.1:4010/lp${below}`],
    ['port', `http://127.0.0.1:4011/lp${below}`],
    ['port', `https://127.0.0.1/lp${below}`],
    ['host', `http://1.0.0.1:4010/lp${below}`],
    ['host', `http://localhost:4010/lp${below}`],
    ['path', `http://127.0.0.1:4010${below}`],
  ])('refuses another %s: %s', (why, link) => {
    expect(followable(link, local)).toBe(why);
  });
});

test('what remains of a host of three labels is a registered domain, and not trusted', () => {
  const short: LinkRules = { ...liveperson, baseUrl: new URL('https://data.example.com'), fileHosts: [] };
  expect(followable(`https://other.example.com${below}`, short)).toBe('host');
  expect(followable(`https://data.example.com${below}`, short)).toBeInstanceOf(URL);
});
