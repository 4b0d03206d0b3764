import type { LiveMetrics, LiveTransport } from '../../live/ports.ts';
import type { MetricFactory } from './registry.ts';

const TRANSPORTS: readonly LiveTransport[] = ['sse', 'websocket'];

/** The metrics of subscriptions. */
export function createLiveMetrics({ counter, gauge }: MetricFactory): LiveMetrics {
  let countSubscriptions: (transport: LiveTransport) => number = () => 0;
  gauge('live_subscriptions', 'Open subscriptions by transport.', ['transport'], (subscriptions) => {
    for (const transport of TRANSPORTS) subscriptions.set({ transport }, countSubscriptions(transport));
  });
  const runs = counter('live_runs_total', 'Executions for subscriptions, each for all that share it.', []);
  const events = counter('live_events_total', 'Events of subscriptions: sent, or replaced by a later one.', [
    'outcome',
  ]);
  return {
    watchSubscriptions: (count) => {
      countSubscriptions = count;
    },
    liveRun: () => {
      runs.inc();
    },
    liveEvent: (outcome) => {
      events.inc({ outcome });
    },
  };
}
