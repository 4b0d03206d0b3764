import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { callerNamed } from '../../test/support/live-fixtures.ts';
import { TurnRefusedError } from '../live/live-errors.ts';
import type { ExecuteCall, GraphqlCall } from './graphql-execution.ts';
import { HttpError } from './http-error.ts';
import { createLiveOperations, createTurns } from './live-operations.ts';

const { signal } = new AbortController();
const clock = manualClock();

describe('the operation of a subscription', () => {
  const calls: GraphqlCall[] = [];
  const execute: ExecuteCall = (call) => {
    calls.push(call);
    call.stream?.onSubscription({ name: 'agents', args: {} });
    const expiresAt = clock.now() + 3000;
    return Promise.resolve({
      ...{ status: 200, headers: {}, bytes: Buffer.from('{"data":1}\n'), operation: undefined },
      ...{ reuse: 'shared', expiresAt, hasCalledVendors: true },
    });
  };
  const toOperation = createLiveOperations(execute, clock);
  const request = { caller: callerNamed('a'), requestId: 'r', explain: null, operation: undefined };

  test('is equal for callers with the same view and the same parameters', () => {
    const params = { query: 'subscription { a }', variables: { x: 1 } };
    const { key } = toOperation({ ...request, params });
    expect(toOperation({ ...request, caller: callerNamed('b'), params: { ...params } }).key).toBe(key);
    expect(toOperation({ ...request, params: { ...params, variables: { x: 2 } } }).key).not.toBe(key);
    const restricted = { ...callerNamed('a'), accounts: new Set(['k']) };
    expect(toOperation({ ...request, caller: restricted, params }).key).not.toBe(key);
    expect(toOperation({ ...request, explain: 'trace', params }).key).not.toBe(key);
  });

  test('is executed as a POST of the caller that is charged', async () => {
    const operation = toOperation({ ...request, params: { query: 'subscription { a }', extra: 1 } });
    const answer = await operation.execute(callerNamed('charged'), { signal, change: null });
    expect(answer).toEqual({
      ...{ json: '{"data":1}', isRejected: false, field: { name: 'agents', args: {} } },
      ...{ validUntilMs: clock.monotonicMs() + 3000, isShareable: true },
    });
    expect(calls.at(-1)).toMatchObject({ caller: { name: 'charged' }, method: 'POST' });
    expect(calls.at(-1)?.body).toStrictEqual({ query: 'subscription { a }' });
  });
});

describe('a turn', () => {
  const refusal = new HttpError(429, 'RATE_LIMITED', 'too many', { headers: { 'retry-after': '7' } });

  test('is charged to the first caller within its limits, and returned once', async () => {
    const open: string[] = [];
    const takeTurn = createTurns(
      (name) => {
        if (name === 'busy') throw refusal;
        open.push(name);
        return () => open.splice(open.indexOf(name), 1);
      },
      () => Promise.resolve({ executed: () => undefined, release: () => undefined }),
    );
    const turn = await takeTurn([callerNamed('busy'), callerNamed('idle'), callerNamed('other')], signal);
    expect([turn.caller.name, open]).toEqual(['idle', ['idle']]);
    turn.release();
    expect(open).toEqual([]);
  });

  test('is refused with the time to retry where no caller gets one, and leaves nothing taken', async () => {
    let open = 0;
    const takeTurn = createTurns(
      () => {
        open += 1;
        return () => {
          open -= 1;
        };
      },
      () => Promise.reject(refusal),
    );
    const error = await rejectionOf(takeTurn([callerNamed('a'), callerNamed('a')], signal));
    expect(error).toBeInstanceOf(TurnRefusedError);
    expect(error).toMatchObject({ retryAfterMs: 7000, cause: refusal });
    expect(open).toBe(0);
  });
});
