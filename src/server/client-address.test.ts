import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { startTestServer } from '../../test/support/server-harness.ts';
import { createClientAddressReader, toAddressGroup } from './client-address.ts';

function requestFrom(remoteAddress: string | undefined, forwardedFor?: string) {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
}

describe('the client address', () => {
  test('is the peer of the connection without trustProxy, whatever the header says', () => {
    const read = createClientAddressReader(false);
    expect(read(requestFrom('198.51.100.1', '203.0.113.9'))).toBe('198.51.100.1');
    expect(read(requestFrom('::ffff:198.51.100.1'))).toBe('198.51.100.1');
    expect(read(requestFrom('fe80::1%eth0'))).toBe('fe80::1');
    expect(read(requestFrom(undefined))).toBe('unknown');
  });

  test.each([
    [1, '203.0.113.9', '203.0.113.9'],
    [1, '1.1.1.1, 203.0.113.9', '203.0.113.9'],
    [2, '1.1.1.1, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
    [2, '203.0.113.9', '203.0.113.9'],
    [1, undefined, '10.0.0.1'],
    [1, '', '10.0.0.1'],
    [1, '203.0.113.9:4711', '203.0.113.9'],
    [1, '[2001:db8::1]:4711', '2001:db8::1'],
    [1, '2001:DB8:0::1', '2001:db8::1'],
    [1, 'unknown', '10.0.0.1'],
    [2, '203.0.113.9, <script>', '10.0.0.1'],
    [2, '<script>, 203.0.113.9', '203.0.113.9'],
  ])('behind %i proxies that send "%s" is counted from the right: %s', (proxies, header, expected) => {
    expect(createClientAddressReader(proxies)(requestFrom('10.0.0.1', header))).toBe(expected);
  });

  test.each([
    ['10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['10.0.0.1', '1.1.1.1, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
    ['::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['fd00::5', '2001:db8::1', '2001:db8::1'],
    ['10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['10.0.0.1', 'unknown, 10.0.0.2', '10.0.0.2'],
    ['198.51.100.1', '203.0.113.9', '198.51.100.1'],
    ['10.0.0.1', undefined, '10.0.0.1'],
  ])('of a connection from %s with the header "%s" is the first that is not listed: %s', (peer, header, expected) => {
    expect(createClientAddressReader(['10.0.0.0/8', 'fd00::5'])(requestFrom(peer, header))).toBe(expected);
  });

  test('of a connection that has just been closed is unknown, not an error', () => {
    const read = createClientAddressReader(['10.0.0.0/8']);
    expect(read(requestFrom(undefined, '10.0.0.2'))).toBe('unknown');
  });

  test('is in the access log', async () => {
    const own = await startTestServer({ trustProxy: 1 });
    await own.get('/healthz');
    await own.get('/healthz', { 'x-forwarded-for': '1.1.1.1, 203.0.113.9' });
    expect((await own.accessLog(2)).map(({ clientAddress }) => clientAddress)).toEqual(['127.0.0.1', '203.0.113.9']);
    await own.stop();
  });
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['unknown', 'unknown'],
])('the address group of %s is %s: a subscriber has a whole /64 of IPv6', (address, group) => {
  expect(toAddressGroup(address)).toBe(group);
});
