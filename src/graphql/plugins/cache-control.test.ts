import { ApolloServer } from '@apollo/server';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GraphQLError } from 'graphql';
import { manualClock } from '../../../test/support/clock.ts';
import type { ServedFrom } from '../../domain/source.ts';
import { createCachePolicy, type RequestContext } from '../../request/request-context.ts';
import { createReuseLimit, type ResponseReuse } from '../../request/response-reuse.ts';
import { cacheControlPlugin } from './cache-control.ts';

interface ResponseOptions {
  readonly errorCode?: string;
  readonly explain?: string;
  readonly query?: string;
  readonly servedFrom?: ServedFrom;
}

/** What is decided for a response whose data expires at these times, in milliseconds from now. */
async function decide(
  expiriesMs: readonly number[],
  { errorCode = '', explain = '', query = '{ field }', servedFrom = 'CACHE' }: ResponseOptions = {},
) {
  const clock = manualClock();
  const { restrict, ...cachePolicy } = createCachePolicy();
  const server = new ApolloServer<RequestContext>({
    typeDefs: 'type Query { field: String servedFrom: String }',
    resolvers: {
      Query: {
        field: () => {
          for (const ms of expiriesMs) restrict(clock.now() + ms);
          if (errorCode) throw new GraphQLError('failed', { extensions: { code: errorCode } });
          return 'value';
        },
      },
    },
    plugins: [cacheControlPlugin(clock)],
  });
  const reuse = createReuseLimit();
  const calls = { records: [{ servedFrom }] };
  const contextValue = { cachePolicy, reuse, calls, explain: explain || null } as unknown as RequestContext;
  const { http } = await server.executeOperation({ query }, { contextValue });
  return { cacheControl: http.headers.get('cache-control') ?? '', reuse: reuse.get() };
}

async function cacheControlOf(...args: Parameters<typeof decide>) {
  return (await decide(...args)).cacheControl;
}

test.each<[string, ResponseOptions, ResponseReuse]>([
  ['from the cache', {}, 'lasting'],
  ['from a vendor', { servedFrom: 'VENDOR' }, 'lasting'],
  ['that says that it is from a vendor', { servedFrom: 'VENDOR', query: '{ field servedFrom }' }, 'shared'],
  ['that says that it is from the cache', { query: '{ field servedFrom }' }, 'lasting'],
  ['with an error', { errorCode: 'VENDOR_TIMEOUT' }, 'shared'],
  ['that was rejected', { query: '{ nothing }' }, 'none'],
  ['with a plan', { explain: 'plan' }, 'none'],
])('lets a response %s serve other requests as far as it stays true', async (_name, options, expected) => {
  expect((await decide([60_000], options)).reuse).toBe(expected);
});

test.each<[string, readonly number[], string]>([
  ['the time of the part that expires first', [60_000, 15_000, 3_600_000], '15'],
  ['the time rounded up', [14_001], '15'],
  ['one second in the last second', [1], '1'],
  ['one second while the data is revalidated', [-900], '1'],
  ['one second at the very end', [0], '1'],
  ['one second without vendor data', [], '1'],
])('sets max-age to %s', async (_name, expiriesMs, seconds) => {
  expect(await cacheControlOf(expiriesMs)).toBe(`private, max-age=${seconds}`);
});

test('sets max-age to the time of the next attempt where the vendor fails', async () => {
  expect(await cacheControlOf([60_000, 9_500], { errorCode: 'VENDOR_UNAVAILABLE' })).toBe('private, max-age=10');
});

test('sets max-age to one second after an internal error', async () => {
  expect(await cacheControlOf([60_000], { errorCode: 'INTERNAL_SERVER_ERROR' })).toBe('private, max-age=1');
});

test('sets no header where the operation is rejected, or only planned', async () => {
  expect(await cacheControlOf([60_000], { query: '{ nothing }' })).toBe('no-store');
  expect(await cacheControlOf([60_000], { explain: 'plan' })).not.toMatch(/max-age/);
});

test('never lets a client return before anything can be new, nor later than a second after', async () => {
  const expiries = fc.array(fc.integer({ min: -10_000, max: 4_000_000 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(expiries, async (expiriesMs) => {
      const header = await cacheControlOf(expiriesMs);
      const waitMs = Number(header.replace('private, max-age=', '')) * 1000;
      const firstMs = Math.min(...expiriesMs);
      expect(waitMs).toBeGreaterThanOrEqual(Math.max(firstMs, 1));
      expect(waitMs).toBeLessThan(Math.max(firstMs, 1) + 1000);
    }),
  );
});
