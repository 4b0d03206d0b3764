import { expect, jest, test } from '@jest/globals';
import { createEnvironment } from './environment.ts';

test('sleeps until the time has passed', async () => {
  jest.useFakeTimers();
  try {
    const controller = new AbortController();
    const pending = createEnvironment().sleep(1000, controller.signal);
    jest.advanceTimersByTime(1000);
    await expect(pending).resolves.toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

test('wakes up with the reason of the abort, and leaves no timer', async () => {
  jest.useFakeTimers();
  try {
    const controller = new AbortController();
    const reason = new Error('left');
    const pending = createEnvironment().sleep(1000, controller.signal);
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    await expect(createEnvironment().sleep(1000, controller.signal)).rejects.toBe(reason);
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

test('uses the fetch of the platform at the time of the call', async () => {
  const { fetch } = globalThis;
  const environment = createEnvironment();
  globalThis.fetch = () => Promise.resolve(new Response('replaced'));
  try {
    expect(await (await environment.fetch('https://switchboard.example.com')).text()).toBe('replaced');
  } finally {
    globalThis.fetch = fetch;
  }
});
