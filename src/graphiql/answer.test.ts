import { describe, expect, test } from '@jest/globals';
import { formatCost, formatSummary, toAnswerDetails } from './answer.ts';

const plan = { vendorCalls: [{ account: 'a', endpoint: 'e', atMost: 3, cached: 1 }], total: 3, expected: 2 };
const call = { account: 'a', endpoint: 'e', outcome: 'OK', ms: 1, bytes: 2, keys: 3 };
const trace = [
  { ...call, servedFrom: 'VENDOR' },
  { ...call, servedFrom: 'CACHE' },
  { ...call, servedFrom: 'CACHE' },
];

function details(body: unknown, headers: Readonly<Record<string, string>> = {}, events: number | null = null) {
  const response = new Response(null, { status: 200, headers });
  return toAnswerDetails({ response, ms: 12.4, text: 'ä', body, events });
}

describe('toAnswerDetails', () => {
  test('reads what the headers and extensions say', () => {
    const headers = { 'cache-control': 'private, max-age=7', 'cache-status': 'switchboard; hit; ttl=6' };
    expect(details({ data: {}, extensions: { switchboard: { vendorCalls: trace } } }, headers)).toEqual({
      status: 200,
      ms: 12,
      bytes: 2,
      maxAgeSeconds: 7,
      isShared: true,
      events: null,
      plan: null,
      trace,
    });
  });

  test.each([
    ['switchboard; fwd=miss; collapsed', true],
    ['switchboard; fwd=miss; stored', false],
    ['switchboard; fwd=miss', false],
  ])('knows of %s whether the response is another request’s: %s', (value, isShared) => {
    expect(details(null, { 'cache-status': value }).isShared).toBe(isShared);
  });

  test('knows no time to ask again for a stream', () => {
    expect(details({}, { 'cache-control': 'max-age=5' }, 3)).toMatchObject({ maxAgeSeconds: null, events: 3 });
  });
});

test('describes an answer in one line', () => {
  const answer = details({ data: {} }, { 'cache-control': 'max-age=7' });
  expect(formatSummary(answer)).toBe('12 ms · 2 B · new in 7 s');
  expect(formatSummary({ ...answer, status: 401, bytes: 1234, isShared: true, maxAgeSeconds: null })).toBe(
    'HTTP 401 · 12 ms · 1.2 kB · stored response',
  );
  expect(formatSummary({ ...answer, bytes: 123_456, events: 1, ms: 2500, maxAgeSeconds: null })).toBe(
    '1 event in 2.5 s · 123 kB',
  );
});

test('says what a plan and a trace add up to', () => {
  expect(formatCost(details({ extensions: { switchboard: { plan } } }))).toBe(
    '2 vendor calls expected, 3 at most; not run',
  );
  expect(formatCost(details({ extensions: { switchboard: { vendorCalls: trace } } }))).toBe(
    '1 vendor call made, 2 answered from the cache',
  );
  expect(formatCost(details({ data: {} }))).toBeNull();
});
