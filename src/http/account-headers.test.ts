import { expect, test } from '@jest/globals';
import { Secret } from '../config/secret.ts';
import { createAccountHeaders } from './account-headers.ts';

const baseUrl = new URL('https://vendor.example.com/api');
const userAgent = 'switchboard/1.2.3';

test('identifies the gateway in every request', () => {
  const headersFor = createAccountHeaders({ baseUrl, userAgent, headers: {} });
  expect(headersFor(new URL('https://vendor.example.com/x'))).toEqual({ 'user-agent': userAgent });
  expect(headersFor(new URL('https://files.example.com/x'))).toEqual({ 'user-agent': userAgent });
});

test('sends the account’s headers to the origin of its base URL only', () => {
  const headersFor = createAccountHeaders({ baseUrl, userAgent, headers: { 'x-tenant': new Secret('blue') } });
  expect(headersFor(new URL('https://vendor.example.com:443/token'))).toEqual({
    'user-agent': userAgent,
    'x-tenant': 'blue',
  });
  for (const url of ['https://files.example.com/', 'https://vendor.example.com:8443/', 'http://vendor.example.com/']) {
    expect(headersFor(new URL(url))).toEqual({ 'user-agent': userAgent });
  }
});

test('sends the account’s own user-agent with every request', () => {
  const headersFor = createAccountHeaders({ baseUrl, userAgent, headers: { 'user-agent': new Secret('acme/1') } });
  expect(headersFor(new URL('https://vendor.example.com/x'))).toEqual({ 'user-agent': 'acme/1' });
  expect(headersFor(new URL('https://files.example.com/x'))).toEqual({ 'user-agent': 'acme/1' });
});
