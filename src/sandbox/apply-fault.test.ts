import { expect, test } from '@jest/globals';
import { applyFault } from './apply-fault.ts';

const RESPONSE = { status: 200, headers: { 'content-type': 'application/json', etag: 'x' }, body: '{"a":1,"b":2}' };

test('keeps the response where the fault defines nothing', () => {
  expect(applyFault({ delayMs: 5 }, RESPONSE)).toEqual(RESPONSE);
  expect(applyFault({ headers: { 'x-fault': 'y' } }, RESPONSE)).toEqual({
    ...RESPONSE,
    headers: { ...RESPONSE.headers, 'x-fault': 'y' },
  });
});

test('sends 429 with Retry-After unless the fault sets a status', () => {
  expect(applyFault({ retryAfter: 7 }, RESPONSE)).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
  expect(applyFault({ retryAfter: 7, status: 503 }, RESPONSE).status).toBe(503);
});

test('sends a string body as text and any other value as JSON', () => {
  expect(applyFault({ body: 'busy' }, RESPONSE)).toMatchObject({
    body: 'busy',
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  });
  expect(applyFault({ body: null }, RESPONSE)).toMatchObject({ status: 200, body: 'null' });
});

test.each([RESPONSE.body, '{"a":1}', '"text"', 'no JSON at all'])('makes the body %s unparseable', (body) => {
  const malformed = String(applyFault({ kind: 'malformed' }, { ...RESPONSE, body }).body);
  expect(() => JSON.parse(malformed) as unknown).toThrow();
});

test('overwrites the second half of a binary body', () => {
  const { body } = applyFault({ kind: 'malformed' }, { status: 200, body: Buffer.from([1, 2, 3, 4]) });
  expect(body).toEqual(Buffer.from([1, 2, 0xff, 0xff]));
});

test('sends an HTML page with status 502 unless the fault sets one', () => {
  expect(applyFault({ kind: 'html' }, RESPONSE)).toMatchObject({
    status: 502,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });
  expect(applyFault({ kind: 'html', status: 200 }, RESPONSE).status).toBe(200);
});
