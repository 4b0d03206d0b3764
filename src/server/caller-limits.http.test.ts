import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { HELLO_QUERY, readError, startTestServer } from '../../test/support/server-harness.ts';
import { anonymousCaller } from '../request/caller.ts';

describe('caller limits over HTTP', () => {
  test('limits each caller’s requests per minute and returns 429 with Retry-After', async () => {
    const clock = manualClock(0);
    const own = await startTestServer({
      clock,
      limits: { callerRequestsPerMinute: 2 },
      authenticate: (authorization) => Promise.resolve({ ...anonymousCaller, name: authorization ?? 'anonymous' }),
    });
    const sendAs = (authorization: string) => own.post(HELLO_QUERY, { authorization });
    expect((await sendAs('a')).status).toBe(200);
    clock.advance(20_000);
    expect((await sendAs('a')).status).toBe(200);
    const third = await sendAs('a');
    expect(third.headers.get('retry-after')).toBe('40');
    expect(await readError(third)).toEqual({ status: 429, code: 'RATE_LIMITED' });
    expect((await sendAs('b')).status).toBe(200);
    clock.advance(39_999);
    expect((await sendAs('a')).status).toBe(429);
    clock.advance(1);
    expect((await sendAs('a')).status).toBe(200);
    expect((await own.get('/healthz')).status).toBe(200);
    await own.stop();
  });

  test('limits each caller’s concurrent requests and returns 429', async () => {
    const release = Promise.withResolvers<string>();
    const started = Promise.withResolvers<undefined>();
    const own = await startTestServer({
      limits: { callerConcurrency: 1 },
      wait: () => {
        started.resolve(undefined);
        return release.promise;
      },
    });
    const first = own.post({ query: '{ wait }' });
    await started.promise;
    expect(await readError(await own.post(HELLO_QUERY))).toEqual({ status: 429, code: 'RATE_LIMITED' });
    release.resolve('done');
    expect((await first).status).toBe(200);
    expect((await own.post(HELLO_QUERY)).status).toBe(200);
    await own.stop();
  });
});
