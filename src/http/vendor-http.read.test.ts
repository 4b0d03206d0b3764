import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { ACCOUNT, createRequest } from '../../test/support/http-harness.ts';
import { jsonStep } from '../../test/support/scripted-server.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { expectSingleCall, setUpVendorHttp } from '../../test/support/vendor-http-setup.ts';
import { assertAccountOk, assertOk, parseJson } from './response.ts';
import type { VendorResponse } from './types.ts';

failOnUnhandledRejection();
const { server, connect } = setUpVendorHttp();

const target = { vendor: ACCOUNT.vendor, account: ACCOUNT.name, endpoint: 'agentstatusdetails' };
const schema = z.object({ count: z.number() });

function parse(response: VendorResponse) {
  return parseJson(assertOk(response, target, 0), schema, target);
}

test('returns what is made of the response', async () => {
  server().script(jsonStep({ count: 3 }));
  const harness = connect();
  expect(await harness.http.read(createRequest(server().url), harness.context(), parse)).toEqual({ count: 3 });
  expectSingleCall(harness, 'OK');
});

test.each([
  ['a login page', { body: '<html>Sign in</html>' }, 'malformed_json'],
  ['JSON of another form', jsonStep({ error: 'none' }), 'contract'],
])('records a 200 with %s as a bad response with its reason', async (_, step, reason) => {
  server().script(step);
  const harness = connect();
  const error = await rejectionOf(harness.http.read(createRequest(server().url), harness.context(), parse));
  expect(error).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason });
  expectSingleCall(harness, 'VENDOR_BAD_RESPONSE');
  expect(harness.records[0]?.reason).toBe(reason);
});

test('records the reason and the status of a rejected call', async () => {
  server().script(jsonStep({ message: 'no' }, 422));
  const harness = connect();
  await rejectionOf(harness.http.read(createRequest(server().url), harness.context(), parse));
  expect(harness.records[0]).toMatchObject({ outcome: 'VENDOR_REJECTED', reason: 'status_422', status: 422 });
});

test('opens the circuit of an endpoint that returns nothing but bodies of the wrong form, and not for one of them', async () => {
  const read = (harness: ReturnType<typeof connect>) =>
    harness.http.read(createRequest(server().url), harness.context(), parse).catch((error: unknown) => error);
  const bad = jsonStep({ error: 'none' });
  server().script(bad, jsonStep({ count: 1 }), bad, bad, bad, bad, bad);
  const harness = connect({ circuitBreaker: true });
  for (let i = 0; i < 7; i += 1) await read(harness);
  expect(await read(harness)).toMatchObject({ code: 'VENDOR_UNAVAILABLE', reason: 'circuit_open' });
  expect(server().received).toHaveLength(7);
});

test('retries a response that is unavailable by its status, and states the time to retry after', async () => {
  server().script(jsonStep({}, 503), jsonStep({ count: 1 }), {
    status: 429,
    headers: { 'Retry-After': '7' },
    body: '',
  });
  const harness = connect({ maxRetries: 1 });
  const read = () => harness.http.read(createRequest(server().url), harness.context(), parse);
  expect(await read()).toEqual({ count: 1 });
  expect(await rejectionOf(read())).toMatchObject({ code: 'VENDOR_RATE_LIMITED', retryAfterSeconds: 7 });
  expect(server().received).toHaveLength(3);
});

test('reads a 404 of an endpoint without a resource per agent as a rejection', async () => {
  server().script(jsonStep({ message: 'No such account' }, 404));
  const harness = connect();
  const read = harness.http.read(createRequest(server().url), harness.context(), (response) =>
    assertAccountOk(response, target, 0),
  );
  expect(await rejectionOf(read)).toMatchObject({ code: 'VENDOR_REJECTED', reason: 'status_404', status: 404 });
  expectSingleCall(harness, 'VENDOR_REJECTED');
});

test('no header of the account replaces one of the request or its credentials', async () => {
  server().script(jsonStep({ count: 3 }));
  const harness = connect({
    accountHeaders: () => ({ 'x-tenant': 'a', accept: 'text/plain', authorization: 'account' }),
  });
  const request = createRequest(server().url, {
    headers: { accept: 'application/json' },
    authorize: () => ({ authorization: 'token' }),
  });
  await harness.http.read(request, harness.context(), parse);
  expect(server().received[0]?.headers).toMatchObject({
    'x-tenant': 'a',
    accept: 'application/json',
    authorization: 'token',
  });
});
