import { describe, expect, test } from '@jest/globals';
import { anybody } from '../../src/request/caller.ts';
import { manualClock } from '../support/clock.ts';
import { QUERY, refusalOf, startToy } from './support.ts';

describe('limits on callers', () => {
  test('so many in a minute, each caller by itself', async () => {
    const clock = manualClock(0);
    const own = await startToy({
      clock,
      limits: { callerRequestsPerMinute: 2 },
      authenticate: (authorization) => Promise.resolve({ ...anybody, name: authorization ?? 'nobody' }),
    });
    const ask = (authorization: string) => own.post(QUERY, { authorization });
    expect((await ask('a')).status).toBe(200);
    clock.advance(20_000);
    expect((await ask('a')).status).toBe(200);
    const third = await ask('a');
    expect(third.headers.get('retry-after')).toBe('40');
    expect(await refusalOf(third)).toEqual({ status: 429, code: 'RATE_LIMITED' });
    expect((await ask('b')).status).toBe(200);
    clock.advance(39_999);
    expect((await ask('a')).status).toBe(429);
    clock.advance(1);
    expect((await ask('a')).status).toBe(200);
    expect((await own.get('/healthz')).status).toBe(200);
    await own.stop();
  });

  test('so many at a time', async () => {
    const release = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<undefined>();
    const own = await startToy({
      limits: { callerConcurrency: 1 },
      wait: () => {
        begun.resolve(undefined);
        return release.promise;
      },
    });
    const first = own.post({ query: '{ wait }' });
    await begun.promise;
    expect(await refusalOf(await own.post(QUERY))).toEqual({ status: 429, code: 'RATE_LIMITED' });
    release.resolve('done');
    expect((await first).status).toBe(200);
    expect((await own.post(QUERY)).status).toBe(200);
    await own.stop();
  });
});
