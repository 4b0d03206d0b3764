import { HeaderMap } from '@apollo/server';
import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { settingsShape } from '../config/settings.ts';
import type { RequestContext } from '../request/request-context.ts';
import { startWarming } from './warm.ts';

const MINUTE = 60_000;

async function run(execute: () => Promise<string>) {
  const clock = manualClock(Date.parse('2026-11-20T23:59:00Z'));
  const contexts: RequestContext[] = [];
  const bodies: unknown[] = [];
  const outcomes: string[] = [];
  const log: unknown[] = [];
  const text = 'query ($day: Date!) { a(day: $day) }';
  const { stop } = startWarming({
    config: {
      limits: settingsShape.limits.parse({}),
      warm: [
        {
          ...{ cron: '0 0 * * *', timeZone: 'UTC', document: 'report.graphql', file: 'report.graphql', text },
          ...{ variables: { day: '$yesterday' }, accounts: ['lp'] },
        },
      ],
    },
    clock,
    fleet: { claims: { claim: () => Promise.resolve('granted') } },
    graphql: async ({ body }, context) => {
      bodies.push(body);
      contexts.push(context);
      return { status: 200, headers: new HeaderMap(), body: { kind: 'complete', string: await execute() } };
    },
    metrics: { warmRun: (outcome) => outcomes.push(outcome) },
    logger: {
      info: (fields, message) => log.push([message, fields]),
      warn: (fields, message) => log.push([message, fields]),
    },
  });
  clock.advance(MINUTE);
  await flushPromises();
  stop();
  return { contexts, bodies, outcomes, log };
}

test('executes for its accounts, in the background, and renews what expires before the next run', async () => {
  const { contexts, bodies, outcomes, log } = await run(() => Promise.resolve('{"data":{"a":1}}'));
  expect(bodies).toEqual([{ query: 'query ($day: Date!) { a(day: $day) }', variables: { day: '2026-11-20' } }]);
  expect(contexts).toMatchObject([
    {
      isBackground: true,
      accepts: { freshUntilMs: MINUTE + 24 * 60 * MINUTE, renewedSinceMs: MINUTE },
      caller: { name: 'warm', accounts: new Set(['lp']), scopes: new Set(['read']) },
    },
  ]);
  expect(outcomes).toEqual(['complete']);
  const fields = { entry: 'warm[0]', document: 'report.graphql', vendorCalls: {}, ms: 0, outcome: 'complete' };
  expect(log).toEqual([['cache warmed', fields]]);
});

test.each([
  ['incomplete', ['VENDOR_TIMEOUT'], '{"data":{"a":null},"errors":[{"extensions":{"code":"VENDOR_TIMEOUT"}}]}'],
  ['failed', ['FORBIDDEN'], '{"data":null,"errors":[{"extensions":{"code":"FORBIDDEN"}}]}'],
])('logs a run that is %s, with the codes of its errors', async (outcome, errors, text) => {
  const { outcomes, log } = await run(() => Promise.resolve(text));
  expect(outcomes).toEqual([outcome]);
  expect(log).toMatchObject([['cache warmed in part or not at all', { outcome, errors }]]);
});

test('logs a run that ends with an unexpected error', async () => {
  const err = new Error('unexpected');
  const { outcomes, log } = await run(() => Promise.reject(err));
  expect(outcomes).toEqual(['failed']);
  expect(log).toMatchObject([['cache warmed in part or not at all', { outcome: 'failed', err }]]);
});

test('does not end before a run that is just claimed is given back', async () => {
  const clock = manualClock(Date.parse('2026-11-20T23:59:00Z'));
  const claimed = Promise.withResolvers<'granted'>();
  const order: string[] = [];
  const { close } = startWarming({
    config: {
      limits: settingsShape.limits.parse({}),
      warm: [{ cron: '0 0 * * *', timeZone: 'UTC', document: '{ a }', file: null, text: '{ a }', variables: {} }],
    },
    clock,
    fleet: { claims: { claim: () => claimed.promise, release: () => Promise.resolve(void order.push('given back')) } },
    graphql: () => Promise.reject(new Error('the run was made')),
    metrics: { warmRun: (outcome) => order.push(outcome) },
    logger: { info: () => undefined, warn: () => undefined },
  });
  clock.advance(MINUTE);
  await flushPromises();
  const closing = close().then(() => order.push('closed'));
  await flushPromises();
  claimed.resolve('granted');
  await closing;
  expect(order).toEqual(['given back', 'closed']);
});
