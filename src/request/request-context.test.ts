import { describe, expect, test } from '@jest/globals';
import type { CallRecord } from '../http/types.ts';
import { anonymousCaller, canAccess } from './caller.ts';
import { createBudget } from './budget.ts';
import { parseExplainHeader } from './explain.ts';
import { createRequestContext } from './request-context.ts';
import { manualClock } from '../../test/support/clock.ts';

function setUp() {
  const clock = manualClock(1_000_000);
  const client = new AbortController();
  const request = createRequestContext({
    caller: { ...anonymousCaller, accounts: new Set(['lp']) },
    requestId: 'r1',
    explain: null,
    disconnectSignal: client.signal,
    clock,
    limits: { requestTimeoutMs: 30_000, maxFiles: 5, maxResponseObjects: 10 },
  });
  return { clock, client, request };
}

describe('a request', () => {
  test('has one "now" all through', () => {
    const { clock, request } = setUp();
    clock.advance(5000);
    expect(request.now).toBe(1_000_000);
  });

  test('is given up when its time is up, not before', () => {
    const { clock, request } = setUp();
    clock.advance(29_999);
    expect(request.signal.aborted).toBe(false);
    clock.advance(1);
    expect(request.signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  test('is given up when the client goes', () => {
    const { client, request } = setUp();
    client.abort();
    expect(request.signal.reason).toMatchObject({ name: 'AbortError' });
  });

  test('leaves no timer behind once closed', () => {
    const { clock, request } = setUp();
    request.close();
    clock.advance(60_000);
    expect(request.signal.aborted).toBe(false);
  });

  test('lets the caller use their own accounts only', () => {
    const { request } = setUp();
    expect(request.canAccess('lp')).toBe(true);
    expect(request.canAccess('kore-main')).toBe(false);
  });

  test('keeps account of what it cost, cached answers apart', () => {
    const { request } = setUp();
    const call: CallRecord = {
      account: 'lp',
      endpoint: 'e',
      outcome: 'OK',
      servedFrom: 'VENDOR',
      ms: 5,
      bytes: 9,
      keys: 1,
    };
    request.record(call);
    request.record({ ...call, servedFrom: 'CACHE', ms: 0, bytes: 0 });
    expect(request.ledger.records).toHaveLength(2);
    expect(request.ledger.vendorCalls()).toBe(1);
  });

  test('grants files until they are used up, over all sources together', () => {
    const { request } = setUp();
    expect([request.takeFileBudget(3), request.takeFileBudget(3), request.takeFileBudget(1)]).toEqual([3, 2, 0]);
  });
});

test('an allowance cannot be filled up again', () => {
  const grant = createBudget(2);
  expect([grant(-5), grant(9)]).toEqual([0, 2]);
});

test('a caller without a list may use every account, with an empty one none', () => {
  expect(canAccess(anonymousCaller, 'lp')).toBe(true);
  expect(canAccess({ ...anonymousCaller, accounts: new Set() }, 'lp')).toBe(false);
});

test.each([
  [undefined, null],
  ['', null],
  ['plan', 'plan'],
  [' Trace ', 'trace'],
  ['everything', undefined],
])('the header %j asks for %j', (header, expected) => {
  expect(parseExplainHeader(header)).toBe(expected);
});
