import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import type { CacheConditions, CallRecord } from '../http/types.ts';
import { anonymousCaller } from './caller.ts';
import { createCachePolicy, createRequestContext } from './request-context.ts';

function setUp(waitedMs = 0, accepts?: CacheConditions) {
  const clock = manualClock(1_000_000);
  clock.advance(waitedMs);
  const client = new AbortController();
  const context = createRequestContext({
    caller: { ...anonymousCaller, accounts: new Set(['lp']) },
    requestId: 'r1',
    explain: null,
    disconnectSignal: client.signal,
    clock,
    startedAtMs: 0,
    accepts,
    limits: { requestTimeoutMs: 30_000, maxFiles: 5, maxResponseObjects: 10 },
  });
  return { clock, client, context };
}

describe('createRequestContext', () => {
  test('keeps one "now" for the whole request', () => {
    const { clock, context } = setUp();
    clock.advance(5000);
    expect(context.now).toBe(1_000_000);
  });

  test('waits for what replaces a stale value where only some values are accepted', () => {
    expect(setUp().context.waitsForFresh).toBe(false);
    expect(setUp(0, { notBeforeMs: 0 }).context.waitsForFresh).toBe(true);
  });

  test('aborts the signal with a TimeoutError at the deadline, not before', () => {
    const { clock, context } = setUp();
    clock.advance(29_999);
    expect(context.signal.aborted).toBe(false);
    clock.advance(1);
    expect(context.signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  test('lets calls wait for their turn until shortly before the deadline', () => {
    const { clock, context } = setUp();
    clock.advance(5000);
    expect(context.waitUntilMs?.()).toBe(29_500);
  });

  test('counts the time that the request has waited before for its deadline', () => {
    const { clock, context } = setUp(20_000);
    expect(context.waitUntilMs?.()).toBe(29_500);
    clock.advance(9_999);
    expect(context.signal.aborted).toBe(false);
    clock.advance(1);
    expect(context.signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  test('aborts the signal when the client disconnects', () => {
    const { client, context } = setUp();
    client.abort();
    expect(context.signal.reason).toMatchObject({ name: 'AbortError' });
  });

  test('calls back once, when the context is closed', () => {
    const { context } = setUp();
    let calls = 0;
    context.onClose(() => (calls += 1));
    expect(calls).toBe(0);
    context.close();
    context.close();
    expect(calls).toBe(1);
  });

  test('calls back at once, when the context is already closed', () => {
    const { context } = setUp();
    context.close();
    let calls = 0;
    context.onClose(() => (calls += 1));
    expect(calls).toBe(1);
  });

  test('leaves no timer running once the context is closed', () => {
    const { clock, context } = setUp();
    context.close();
    clock.advance(60_000);
    expect(context.signal.aborted).toBe(false);
  });

  test('grants a caller access to its own accounts only', () => {
    const { context } = setUp();
    expect(context.canAccess('lp')).toBe(true);
    expect(context.canAccess('kore-main')).toBe(false);
  });

  test('records vendor calls and cache reads, and counts the calls separately', () => {
    const { context } = setUp();
    const call: CallRecord = {
      account: 'lp',
      endpoint: 'e',
      outcome: 'OK',
      servedFrom: 'VENDOR',
      ms: 5,
      bytes: 9,
      keys: 1,
    };
    context.record(call);
    context.record({ ...call, servedFrom: 'CACHE', ms: 0, bytes: 0 });
    expect(context.calls.records).toHaveLength(2);
    expect(context.calls.vendorCalls()).toEqual({ lp: 1 });
  });

  test('keeps one record of the joined values of an endpoint with one outcome, and one of each other', () => {
    const { context } = setUp();
    const read = {
      account: 'lp',
      endpoint: 'e',
      outcome: 'OK',
      servedFrom: 'CACHE',
      ms: 0,
      bytes: 0,
      keys: 2,
    } as const;
    const call = { ...read, servedFrom: 'VENDOR' } as const;
    const others = [{ outcome: 'NOT_FOUND' }, { endpoint: 'f' }, { account: 'vcc' }].map((part) => ({
      ...read,
      ...part,
    }));
    context.record(read);
    for (const record of [read, ...others]) context.record(record, true);
    context.record(call);
    context.record(read, true);
    context.record(read);
    expect(context.calls.records).toEqual([read, { ...read, keys: 4 }, ...others, call, read]);
  });

  test('grants file downloads to all data sources together until the budget is spent', () => {
    const { context } = setUp();
    expect([context.takeFileBudget(3), context.takeFileBudget(3), context.takeFileBudget(1)]).toEqual([3, 2, 0]);
  });
});

test('createCachePolicy keeps the earliest expiry, and none before the first', () => {
  const policy = createCachePolicy();
  expect(policy.expiresAt()).toBeNull();
  for (const expiry of [20, 10, 30]) policy.restrict(expiry);
  expect(policy.expiresAt()).toBe(10);
});
