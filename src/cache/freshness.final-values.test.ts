import { describe, expect, test } from '@jest/globals';
import {
  createCaller,
  createTestCache,
  failingWith,
  fetching,
  namespace,
  STALE_IF_ERROR_SECONDS,
  vendorError,
} from '../../test/support/cache-harness.ts';
import { failOnUnhandledRejection } from '../../test/support/unhandled-rejections.ts';
import { DAY, SECOND } from '../domain/time.ts';
import { VendorError } from '../domain/vendor-error.ts';

failOnUnhandledRejection();

const PAST_STALE_IF_ERROR_MS = (60 + STALE_IF_ERROR_SECONDS + 1) * SECOND;

function fetchingFinal(value: string) {
  return () => Promise.resolve([{ value, ttlSeconds: 60, isFinal: true }]);
}

/** Creates a cache that holds a final value, and a reader that returns the seconds until asking again makes sense as well. */
async function cacheFinalValue() {
  const { cache, clock } = createTestCache();
  await cache.readMany(namespace, ['a'], createCaller().context, fetchingFinal('final'));
  const read = async (fetch: Parameters<typeof cache.readMany<string, string>>[3]) => {
    const nextChanges: number[] = [];
    const restrictCache = (at: number) => nextChanges.push((at - clock.now()) / SECOND);
    const [result] = await cache.readMany(namespace, ['a'], { ...createCaller().context, restrictCache }, fetch);
    return { result, nextChanges };
  };
  return { clock, read };
}

describe('a final value past its TTL', () => {
  test.each(['VENDOR_UNAVAILABLE', 'VENDOR_TIMEOUT', 'VENDOR_RATE_LIMITED', 'VENDOR_BAD_RESPONSE'] as const)(
    'replaces %s without being stale, long after stale-if-error has ended',
    async (code) => {
      const { clock, read } = await cacheFinalValue();
      const fetchedAt = clock.now();
      clock.advance(PAST_STALE_IF_ERROR_MS);
      const { result, nextChanges } = await read(failingWith(vendorError(code)));
      expect(result).toEqual({
        value: 'final',
        fetchedAt,
        freshUntil: fetchedAt + 60_000,
        servedFrom: 'CACHE',
      });
      expect(nextChanges).toEqual([1]);
      clock.advance(34 * DAY);
      expect((await read(failingWith(vendorError(code)))).result).toMatchObject({ value: 'final' });
    },
  );

  test('is fetched again while the vendor answers', async () => {
    const { clock, read } = await cacheFinalValue();
    clock.advance(PAST_STALE_IF_ERROR_MS);
    expect((await read(fetching('corrected'))).result).toMatchObject({ value: 'corrected', servedFrom: 'VENDOR' });
  });

  test('replaces no rejection, which is an answer', async () => {
    const { clock, read } = await cacheFinalValue();
    clock.advance(PAST_STALE_IF_ERROR_MS);
    const rejection = vendorError('VENDOR_AUTH_FAILED');
    expect((await read(failingWith(rejection))).result).toBe(rejection);
  });
});

describe('when asking again can bring something new', () => {
  test('is the next attempt that the error names', async () => {
    const { clock, read } = await cacheFinalValue();
    clock.advance(PAST_STALE_IF_ERROR_MS);
    const error = new VendorError(
      { vendor: 'KORE', account: 'kore-main', endpoint: namespace.endpoint },
      'VENDOR_UNAVAILABLE',
      'The circuit is open',
      { reason: 'circuit_open', retryAfterSeconds: 8 },
    );
    expect((await read(failingWith(error))).nextChanges).toEqual([8]);
  });

  test('is a second from each read during revalidation', async () => {
    const { clock, read } = await cacheFinalValue();
    clock.advance(61 * SECOND);
    const never = () => new Promise<never>(() => undefined);
    expect((await read(never)).nextChanges).toEqual([1]);
    clock.advance(2 * SECOND);
    expect((await read(never)).nextChanges).toEqual([1]);
  });
});
