import { HeaderMap } from '@apollo/server';
import { expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { manualClock } from '../../test/support/clock.ts';
import { settingsShape } from '../config/settings.ts';
import { anonymousCaller } from '../request/caller.ts';
import { createGraphqlExecution, type ExecuteGraphql } from './graphql-execution.ts';

const call = {
  caller: anonymousCaller,
  requestId: 'r',
  explain: null,
  startedAtMs: 0,
  method: 'POST',
  headers: new HeaderMap(),
  search: '',
  body: {},
  operation: 'Name',
};

function executionOf(graphql: ExecuteGraphql) {
  return createGraphqlExecution({ graphql, limits: settingsShape.limits.parse({}), clock: manualClock(0) });
}

test('returns the response with its lifetime, and the stream to the executor', async () => {
  const stream = { change: null, onSubscription: () => undefined };
  const execute = executionOf((_, context) => {
    expect(context.stream).toBe(stream);
    expect(context.waitsForFresh).toBe(true);
    context.restrictCache(5000);
    return Promise.resolve({ headers: new HeaderMap(), body: { kind: 'complete', string: '{}' } });
  });
  const response = await execute({ ...call, stream }, new AbortController().signal);
  expect(response).toMatchObject({ status: 200, operation: 'Name', reuse: 'lasting', expiresAt: 5000 });
  expect(response.bytes.toString()).toBe('{}');
});

test('reports the vendor calls of a failed execution, too', async () => {
  const execute = executionOf((_, context) => {
    const used = { endpoint: 'e', outcome: 'OK', servedFrom: 'VENDOR', ms: 1, bytes: 1, keys: 1 } as const;
    context.record({ account: 'k', ...used });
    return Promise.reject(new Error('broken'));
  });
  const calls: unknown[] = [];
  const failed = execute({ ...call, onCalls: (made) => calls.push(made) }, new AbortController().signal);
  expect(await rejectionOf(failed)).toMatchObject({ message: 'broken' });
  expect(calls).toEqual([{ k: 1 }]);
});
