import { expect, test } from '@jest/globals';
import { startSharedExecution } from './shared-execution.ts';

function setUp() {
  const clients = [new AbortController(), new AbortController()] as const;
  let signal: AbortSignal | undefined;
  const { promise, resolve } = Promise.withResolvers<string>();
  const execution = startSharedExecution(clients[0].signal, (own) => {
    signal = own;
    return promise;
  });
  return { clients, execution, resolve, isAborted: () => signal?.aborted };
}

test('an execution goes on while one of its clients is connected', async () => {
  const { clients, execution, resolve, isAborted } = setUp();
  const joined = execution.join(clients[1].signal);
  clients[0].abort();
  expect(isAborted()).toBe(false);
  resolve('response');
  expect(await joined).toBe('response');
  clients[1].abort();
  expect(isAborted()).toBe(true);
});

test('an execution whose only client disconnects is aborted', () => {
  const { clients, isAborted } = setUp();
  clients[0].abort();
  expect(isAborted()).toBe(true);
});

test('a client that has gone before it joins keeps nothing alive', () => {
  const { clients, execution, isAborted } = setUp();
  clients[1].abort();
  void execution.join(clients[1].signal);
  clients[0].abort();
  expect(isAborted()).toBe(true);
});
