import { describe, expect, test } from '@jest/globals';
import type { SandboxRequest } from '../../sandbox.ts';
import { signatureBaseString, createVerifier, percentEncode, computeSignature } from './oauth.ts';

// The example of RFC 5849, section 1.2.
const key = {
  consumerKey: 'dpf43f3p2l4k3l03',
  consumerSecret: 'kd94hf93k423kf44',
  accessToken: 'nnch734d00sl2jdk',
  accessTokenSecret: 'pfkkdhi9sl3r4s00',
};
const photo = 'http://photos.example.net/photos?file=vacation.jpg&size=original';
const header = [
  'OAuth realm="Photos"',
  'oauth_consumer_key="dpf43f3p2l4k3l03"',
  'oauth_token="nnch734d00sl2jdk"',
  'oauth_signature_method="HMAC-SHA1"',
  'oauth_timestamp="137131202"',
  'oauth_nonce="chapoH"',
  'oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D"',
].join(', ');
const signedAt = 137131202_000;

const get = (authorization: string | undefined, url = photo): SandboxRequest => ({
  method: 'GET',
  url: new URL(url),
  headers: { authorization },
  body: Buffer.alloc(0),
});
const problem = (authorization: string | undefined, url?: string): string | undefined =>
  createVerifier(key, () => signedAt)(get(authorization, url))?.problem;

describe('signature', () => {
  test('builds the base string of RFC 5849, section 3.4.1.1', () => {
    const url = new URL('http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b');
    const parameters = [
      ['oauth_consumer_key', '9djdj82h48djs9d2'],
      ['oauth_token', 'kkk9d7dh3k39sjv7'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '137131201'],
      ['oauth_nonce', '7d8f3e4a'],
      ['c2', ''],
      ['a3', '2 q'],
    ] as const;
    expect(signatureBaseString('post', url, parameters)).toBe(
      'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26' +
        'c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26' +
        'oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
    );
  });

  test('computes the signature of the token request in RFC 5849, section 1.2', () => {
    const parameters = [
      ['oauth_consumer_key', key.consumerKey],
      ['oauth_token', 'hh5s93j4hdidpola'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '137131201'],
      ['oauth_nonce', 'walatlh'],
      ['oauth_verifier', 'hfdp7dh39dks9884'],
    ] as const;
    const secrets = { consumerSecret: key.consumerSecret, accessTokenSecret: 'hdhd0244k9j7ao03' };
    expect(computeSignature('POST', new URL('https://photos.example.net/token'), parameters, secrets)).toBe(
      'gKgrFCywp7rO0OXSjdot/IHF7IU=',
    );
  });

  test('escapes everything but the unreserved characters in upper-case hex', () => {
    expect(percentEncode("aZ0-._~ !'()*+/=é")).toBe('aZ0-._~%20%21%27%28%29%2A%2B%2F%3D%C3%A9');
  });

  test('signs a port that is not the scheme’s default', () => {
    expect(signatureBaseString('GET', new URL('http://localhost:4013/x'), [])).toBe(
      'GET&http%3A%2F%2Flocalhost%3A4013%2Fx&',
    );
  });
});

describe('verification', () => {
  test('accepts the photo request of RFC 5849, section 1.2', () => {
    expect(problem(header)).toBeUndefined();
  });

  test.each([
    ['no value', undefined, 'parameter_absent'],
    ['another scheme', 'Bearer x', 'parameter_absent'],
    ['no nonce', header.replace('oauth_nonce="chapoH", ', ''), 'parameter_absent'],
    ['no quotes', header.replace('"chapoH"', 'chapoH'), 'parameter_rejected'],
    ['a broken escape', header.replace('%3D', '%3'), 'parameter_rejected'],
    ['a parameter twice', `${header}, oauth_nonce="chapoH"`, 'parameter_rejected'],
    ['another version', `${header}, oauth_version="2.0"`, 'version_rejected'],
    ['another method', header.replace('HMAC-SHA1', 'PLAINTEXT'), 'signature_method_rejected'],
    ['another consumer', header.replace('dpf43f3p2l4k3l03', 'other'), 'consumer_key_unknown'],
    ['another token', header.replace('nnch734d00sl2jdk', 'other'), 'token_rejected'],
    ['a nonce that was not signed', header.replace('chapoH', 'other'), 'signature_invalid'],
    ['another signature', header.replace('%2F', '+'), 'signature_invalid'],
    ['a version that was not signed', `${header}, oauth_version="1.0"`, 'signature_invalid'],
  ])('rejects an authorization header with %s', (_case, authorization, expected) => {
    expect(problem(authorization)).toBe(expected);
  });

  test.each([
    'http://photos.example.net/photos?file=vacation.jpg',
    'http://photos.example.net/Photos?file=vacation.jpg&size=original',
    'http://elsewhere.example.net/photos?file=vacation.jpg&size=original',
    'http://photos.example.net:8080/photos?file=vacation.jpg&size=original',
    'https://photos.example.net/photos?file=vacation.jpg&size=original',
  ])('rejects the signature of another URL for %s', (url) => {
    expect(problem(header, url)).toBe('signature_invalid');
  });

  test('rejects a timestamp more than five minutes off in either direction', () => {
    const at = (now: number): string | undefined => createVerifier(key, () => now)(get(header))?.problem;
    const limit = 5 * 60_000;
    expect([at(signedAt - limit), at(signedAt + limit)]).toEqual([undefined, undefined]);
    expect([at(signedAt - limit - 1), at(signedAt + limit + 1)]).toEqual(['timestamp_refused', 'timestamp_refused']);
  });

  test('accepts a nonce once, also after a forged request with it', () => {
    const verify = createVerifier(key, () => signedAt);
    expect(verify(get(header.replace('MdpQ', 'AAAA')))?.problem).toBe('signature_invalid');
    expect(verify(get(header))).toBeNull();
    expect(verify(get(header))?.problem).toBe('nonce_used');
  });

  test('rejects a used nonce for as long as its timestamp is accepted', () => {
    let now = signedAt - 5 * 60_000;
    const verify = createVerifier(key, () => now);
    expect(verify(get(header))).toBeNull();
    now = signedAt + 5 * 60_000;
    expect(verify(get(header))?.problem).toBe('nonce_used');
  });
});
