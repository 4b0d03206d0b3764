import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type OtlpCollector, startOtlpCollector } from '../../../test/support/otlp-collector.ts';
import { Secret } from '../../config/secret.ts';
import { createTracing, type TracingOptions } from './tracing.ts';

let collector: OtlpCollector;
beforeEach(async () => {
  collector = await startOtlpCollector();
});
afterEach(() => collector.stop());

function start(options: Partial<TracingOptions> = {}) {
  const counted: string[] = [];
  const tracing = createTracing({
    url: new URL(`${collector.url}/v1/traces`),
    headers: {},
    sampler: { root: 'on', isParentBased: true },
    serviceName: undefined,
    propagatesUnsampled: () => false,
    observer: {
      spansEnded: (outcome, count) => counted.push(`${outcome} ${count}`),
      exportFailed: (reason) => counted.push(`reason ${reason}`),
    },
    ...options,
  });
  return { ...tracing, counted };
}

test('exports what has ended when it is closed, with the headers and the resource', async () => {
  const { tracer, close, counted } = start({ headers: { authorization: new Secret('Bearer key') } });
  tracer.startRoot('request', 'server')?.end();
  await close();
  expect(collector.problems()).toEqual([]);
  expect(collector.requests()[0]?.headers).toMatchObject({
    authorization: 'Bearer key',
    'user-agent': expect.stringMatching(/^switchboard\/\d/),
  });
  expect(collector.spans()[0]?.resource).toMatchObject({
    'service.name': 'switchboard',
    'service.version': expect.any(String),
    'service.instance.id': expect.any(String),
    'process.pid': process.pid,
  });
  expect(counted).toEqual(['exported 1']);
});

test('exports thousands of spans in batches, and cuts long texts', async () => {
  const { tracer, close } = start();
  const root = tracer.startRoot('request', 'server');
  for (let i = 0; i < 2000; i += 1) root?.startChild('read', 'internal', { text: 'x'.repeat(1000) }).end();
  root?.end();
  await close();
  expect(collector.problems()).toEqual([]);
  expect(collector.spans()).toHaveLength(2001);
  expect(collector.spans()[0]?.attributes).toEqual({ text: 'x'.repeat(256) });
});

test.each([
  ['off', 0],
  [0, 0],
  [1, 100],
  ['on', 100],
] as const)('records with the sampler %s: %d of 100 traces', async (root, count) => {
  const { tracer, close } = start({ sampler: { root, isParentBased: false } });
  for (let i = 0; i < 100; i += 1) tracer.startRoot('request', 'server')?.end();
  await close();
  expect(collector.spans()).toHaveLength(count);
});

test('samples about its ratio of the traces', async () => {
  const { tracer, close } = start({ sampler: { root: 0.25, isParentBased: true } });
  for (let i = 0; i < 4000; i += 1) tracer.startRoot('request', 'server')?.end();
  await close();
  // Five standard deviations around 1000.
  expect(Math.abs(collector.spans().length - 1000)).toBeLessThan(140);
});

test('counts the spans that the collector refuses, and passes on nothing of its answer', async () => {
  collector.answerWith(401);
  const { tracer, close, counted } = start();
  tracer.startRoot('request', 'server')?.end();
  await close();
  expect(counted).toEqual(['failed 1', 'reason status_401']);
});

test('waits for all exports when it is closed, although one has failed', async () => {
  collector.answerWith(401);
  const { tracer, close, counted } = start();
  for (let i = 0; i < 2000; i += 1) tracer.startRoot('request', 'server')?.end();
  await close();
  expect(counted.filter((text) => text.startsWith('failed'))).toEqual([
    'failed 512',
    'failed 512',
    'failed 512',
    'failed 464',
  ]);
});
