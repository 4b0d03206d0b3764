import { expect, test } from '@jest/globals';
import { startOtlpCollector } from '../../test/support/otlp-collector.ts';
import { connectTracing } from './tracing.ts';

test('records, counts and exports; without accounts that take part, a trace that is not sampled has no span', async () => {
  const collector = await startOtlpCollector();
  const counted: unknown[] = [];
  const dependencies = {
    metrics: { spansEnded: (...count: unknown[]) => counted.push(count) },
    logs: { traceExportFailed: (reason: string) => counted.push(reason) },
  };
  const connect = (root: number, forwardTraceContext: boolean) =>
    connectTracing(
      {
        url: new URL(`${collector.url}/v1/traces`),
        headers: {},
        sampler: { root, isParentBased: true },
        serviceName: 'gateway',
      },
      { ...dependencies, accounts: () => [{ config: { forwardTraceContext } }] },
    );
  const none = await connect(0, false);
  expect(none.tracer.startRoot('request', 'server')).toBeUndefined();
  const passing = await connect(0, true);
  expect(passing.tracer.startRoot('request', 'server')?.headers()).toMatchObject({ traceparent: /-00$/ });
  const all = await connect(1, false);
  all.tracer.startRoot('request', 'server')?.end();
  await Promise.all([none, passing, all].map(({ close }) => close()));
  expect(collector.spans()).toMatchObject([{ name: 'request', resource: { 'service.name': 'gateway' } }]);
  expect(counted).toEqual([['exported', 1]]);
  await collector.stop();
});

test('an account that comes later takes part, too', async () => {
  const collector = await startOtlpCollector();
  let accounts = [{ config: { forwardTraceContext: false } }];
  const { tracer, close } = await connectTracing(
    {
      url: new URL(`${collector.url}/v1/traces`),
      headers: {},
      sampler: { root: 0, isParentBased: true },
      serviceName: 'gateway',
    },
    {
      accounts: () => accounts,
      metrics: { spansEnded: () => undefined },
      logs: { traceExportFailed: () => undefined },
    },
  );
  expect(tracer.startRoot('request', 'server')).toBeUndefined();
  accounts = [...accounts, { config: { forwardTraceContext: true } }];
  expect(tracer.startRoot('request', 'server')).toBeDefined();
  accounts = [];
  expect(tracer.startRoot('request', 'server')).toBeUndefined();
  await close();
  await collector.stop();
});
