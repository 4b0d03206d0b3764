import { describe, expect, test } from '@jest/globals';
import { createTokenEndpoint } from './token-endpoint.ts';

const client = { clientId: 'some client', clientSecret: 'a+b&c=' };
const body = { client_id: client.clientId, client_secret: client.clientSecret };
const grant = { grant_type: 'client_credentials', scope: 'one two' };

function apply(form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) {
  return createTokenEndpoint(client, 7200, () => 0).handle({
    method: 'POST',
    url: new URL('https://example.com/Auth/connect/token'),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: Buffer.from(new URLSearchParams(form).toString()),
  });
}

function basic(pair: string) {
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

test.each([
  ['in the body', { ...grant, ...body }, {}],
  ['in HTTP Basic, as they are', grant, basic('some client:a+b&c=')],
  ['in HTTP Basic, form-encoded', grant, basic('some+client:a%2Bb%26c%3D')],
  [
    'in a form that names its charset',
    { ...grant, ...body },
    { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
  ],
])('issues a token for client credentials %s', (_case, form, headers) => {
  expect(apply(form, headers)).toEqual({
    status: 200,
    body: { access_token: expect.stringMatching(/^[\w-]{32}$/) as unknown, expires_in: 7200, token_type: 'Bearer' },
  });
});

describe('token endpoint errors', () => {
  test.each([
    ['no scope', { grant_type: 'client_credentials', ...body }, {}, 'invalid_scope', 'You must specify a scope'],
    ['an empty scope', { ...grant, ...body, scope: ' ' }, {}, 'invalid_scope', 'You must specify a scope'],
    [
      'another grant',
      { ...grant, ...body, grant_type: 'password' },
      {},
      'unsupported_grant_type',
      'Invalid grant_type',
    ],
    ['a JSON body', {}, { 'content-type': 'application/json' }, 'invalid_request', 'The body must be form-encoded'],
  ])('returns a described error for %s', (_case, form, headers, error, description) => {
    expect(apply(form, headers)).toEqual({ status: 400, body: { error, error_description: description } });
  });

  test.each([
    ['no credentials', grant, {}],
    ['an unknown client', { ...grant, ...body, client_id: 'x' }, {}],
    ['a wrong secret', { ...grant, ...body, client_secret: 'x' }, {}],
    ['a wrong secret in HTTP Basic, whatever the body has', { ...grant, ...body }, basic('some client:x')],
  ])('returns invalid_client for %s', (_case, form, headers) => {
    expect(apply(form, headers)).toEqual({ status: 400, body: { error: 'invalid_client' } });
  });
});
