import { expect, test } from '@jest/globals';
import type { VendorResponse } from '../../http/types.ts';
import { oauthProblemError } from './oauth-problem.ts';

const target = { vendor: 'LIVEPERSON', account: 'lp', endpoint: 'agentActivity' } as const;

function reasonOf(status: number, body: string): string | null | undefined {
  const request = { endpoint: 'agentActivity', method: 'GET', url: new URL('https://va.da.liveperson.net/') } as const;
  const response: VendorResponse = { request, status, headers: {}, body: Buffer.from(body) };
  return oauthProblemError(response, target)?.reason;
}

test.each([
  ['a form', 'oauth_problem=token_rejected&oauth_problem_advice=the oauth_token is unacceptable'],
  ['a field of JSON', '{"reason":"oauth_problem=token_rejected","message":"no"}'],
])('reads the problem of %s', (_, body) => {
  expect(reasonOf(401, body)).toBe('oauth_token_rejected');
});

test.each([
  ['an unknown problem', 401, 'oauth_problem=made_up'],
  ['no problem', 401, '<html>'],
  ['another status', 500, 'oauth_problem=token_rejected'],
])('leaves a response with %s to its status', (_, status, body) => {
  expect(reasonOf(status, body)).toBeUndefined();
});

test('shows nothing of a form but the problem', () => {
  const request = { endpoint: 'agentActivity', method: 'GET', url: new URL('https://va.da.liveperson.net/') } as const;
  const body = Buffer.from('oauth_problem=nonce_used&oauth_problem_advice=CANARY');
  const error = oauthProblemError({ request, status: 401, headers: {}, body }, target);
  expect(error?.message).toBe('The vendor rejected the account’s credentials (HTTP 401): nonce_used');
});
