import { describe, expect, test } from '@jest/globals';
import { authorizationHeader, computeSignature } from './oauth1.ts';

// RFC 5849, section 1.2.
const consumer = { consumerKey: 'dpf43f3p2l4k3l03', consumerSecret: 'kd94hf93k423kf44' };
const photos = new URL('http://photos.example.net/photos?file=vacation.jpg&size=original');

describe('signature', () => {
  test('computes the signature of the RFC’s resource request example', () => {
    const parameters = [
      ['oauth_consumer_key', consumer.consumerKey],
      ['oauth_token', 'nnch734d00sl2jdk'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '137131202'],
      ['oauth_nonce', 'chapoH'],
    ] as const;
    const secrets = { ...consumer, tokenSecret: 'pfkkdhi9sl3r4s00' };
    expect(computeSignature('GET', photos, parameters, secrets)).toBe('MdpQcU8iPSUjWoN/UDMsK2sui9I=');
  });

  test('signs reserved characters, empty values and non-ASCII text in the query and in secrets', () => {
    const url = new URL('http://example.net:8080/r%20v/X');
    url.search = '?b5=%3D%253D&a3=a&c%40=&a2=r%20b!*%27()&%C3%BC=%E2%98%83';
    const secrets = { consumerSecret: 'djr9rjt0jd78jf88&', tokenSecret: 'jjd999tj88uiths3+' };
    // Worked out with another implementation.
    expect(computeSignature('get', url, [['oauth_nonce', 'n']], secrets)).toBe('cWZtNl1I57axQxYQnPUDazLPGcU=');
  });
});

const credentials = { ...consumer, token: 'nnch734d00sl2jdk', tokenSecret: 'pfkkdhi9sl3r4s00' };
const signedHeader = (url: string, seconds = 137131202, nonce = 'chapoH') =>
  authorizationHeader('GET', new URL(url), credentials, seconds, nonce);
const signatureIn = (header: string) => /oauth_signature="([^"]+)"/.exec(header)?.[1];

describe('authorization header', () => {
  test('writes every parameter once, percent-encoded', () => {
    const header = signedHeader('https://va.da.liveperson.net/x?startTime=1');
    expect(header).toMatch(
      /^OAuth oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="nnch734d00sl2jdk", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131202", oauth_nonce="chapoH", oauth_version="1.0", oauth_signature="[A-Za-z0-9%]+"$/,
    );
  });

  test('changes the header with host, path, query, time and nonce', () => {
    const headers = [
      signedHeader('https://va.da.liveperson.net/x?a=1'),
      signedHeader('https://va-a.da.liveperson.net/x?a=1'),
      signedHeader('https://va.da.liveperson.net:8443/x?a=1'),
      signedHeader('https://va.da.liveperson.net/y?a=1'),
      signedHeader('https://va.da.liveperson.net/x?a=2'),
      signedHeader('https://va.da.liveperson.net/x?a=1', 137131203),
      signedHeader('https://va.da.liveperson.net/x?a=1', 137131202, 'other'),
    ];
    expect(new Set(headers.map(signatureIn)).size).toBe(headers.length);
  });

  test('signs the query independently of its order', () => {
    expect(signatureIn(signedHeader('https://h.example.net/x?b=2&a=3&a=1'))).toBe(
      signatureIn(signedHeader('https://h.example.net/x?a=1&a=3&b=2')),
    );
  });

  test('uses a new nonce for every header', () => {
    const headers = Array.from({ length: 50 }, () =>
      authorizationHeader('GET', new URL('https://h.example.net/x'), credentials, 1),
    );
    expect(new Set(headers).size).toBe(50);
  });
});
