import { expect, test } from '@jest/globals';
import type { MetricsReport } from '../../observability/metrics/registry.ts';
import type { MessageToPrimary, MessageToWorker } from './messages.ts';
import { createWorkerLink } from './worker-link.ts';

const REPORT: MetricsReport = [];

function setUp() {
  const sent: MessageToPrimary[] = [];
  let receive: (message: MessageToWorker) => void = () => undefined;
  const link = createWorkerLink({
    send: (message) => sent.push(message),
    onMessage: (listener) => {
      receive = listener;
    },
  });
  return {
    link,
    sent,
    receive: (message: MessageToWorker) => {
      receive(message);
    },
  };
}

test('is ready once the primary says that all are', async () => {
  const { link, sent, receive } = setUp();
  const ready = link.ready('http://x');
  expect(sent).toEqual([{ type: 'ready', url: 'http://x' }]);
  receive({ type: 'allReady' });
  await expect(ready).resolves.toBeUndefined();
});

test('passes on each signal, also one that came before its listener', () => {
  const { link, receive } = setUp();
  let calls = 0;
  receive({ type: 'signal', signal: 'SIGTERM' });
  link.onSignal('SIGTERM', () => (calls += 1));
  expect(calls).toBe(1);
  receive({ type: 'signal', signal: 'SIGTERM' });
  receive({ type: 'signal', signal: 'SIGINT' });
  expect(calls).toBe(2);
});

test('passes on each request to reload, also one that came before its listener', () => {
  const { link, receive } = setUp();
  let calls = 0;
  receive({ type: 'reload' });
  link.onReload(() => (calls += 1));
  expect(calls).toBe(1);
  receive({ type: 'reload' });
  expect(calls).toBe(2);
});

test('collects the reports that answer its request', async () => {
  const { link, sent, receive } = setUp();
  const [first, second] = [link.collectReports(REPORT), link.collectReports(REPORT)];
  expect(sent).toEqual([
    { type: 'collect', id: 1, report: REPORT },
    { type: 'collect', id: 2, report: REPORT },
  ]);
  receive({ type: 'reports', id: 2, reports: [REPORT, REPORT] });
  receive({ type: 'reports', id: 1, reports: [] });
  expect(await Promise.all([first, second])).toEqual([[], [REPORT, REPORT]]);
});

test('reports its own metrics when asked, and nothing before it has any', async () => {
  const { link, sent, receive } = setUp();
  receive({ type: 'reportRequest', id: 1 });
  link.serveReports(() => Promise.resolve(REPORT));
  receive({ type: 'reportRequest', id: 2 });
  await Promise.resolve();
  expect(sent).toEqual([{ type: 'report', id: 2, report: REPORT }]);
});
