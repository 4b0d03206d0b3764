import prometheus from 'prom-client';
import packageJson from '../../package.json' with { type: 'json' };
import type { DirectoryMetrics } from '../directory/ports.ts';
import type { VendorHttpMetrics } from '../http/ports.ts';
import type { LiveMetrics } from '../live/ports.ts';
import type { MetricsExporter, ServerMetrics } from '../server/ports.ts';
import { type AccountMetrics, type AccountStateMetrics, createAccountMetrics } from './metrics/accounts.ts';
import { aggregatorOf, withoutRepetition } from './metrics/aggregators.ts';
import { registerBuildInfo } from './metrics/build.ts';
import { type AllCacheMetrics, createCacheMetrics } from './metrics/cache.ts';
import { createCallQueueMetrics } from './metrics/call-queue.ts';
import { type ConfigurationMetrics, createConfigurationMetrics } from './metrics/configuration.ts';
import { createDirectoryMetrics } from './metrics/directory.ts';
import { createGraphqlMetrics, type GraphqlLayerMetrics } from './metrics/graphql.ts';
import { createVendorHttpMetrics } from './metrics/http.ts';
import { createLiveMetrics } from './metrics/live.ts';
import { createLogMetrics, type LogMetrics } from './metrics/log.ts';
import { createPurgeMetrics, type PurgeMetrics } from './metrics/purges.ts';
import { createMetricFactory, type MetricsReport } from './metrics/registry.ts';
import { createServerMetrics } from './metrics/server.ts';
import { createSourceMetrics, type SourceMetrics } from './metrics/sources.ts';
import { createTracingMetrics, type TracingMetrics } from './metrics/tracing.ts';
import { createWarmMetrics, type WarmMetrics } from './metrics/warm.ts';

/**
 * The metrics of all components, of which each has a file of its own in `metrics/`. Durations are milliseconds here and
 * seconds in the exposition.
 */
export interface Metrics
  extends
    VendorHttpMetrics,
    AllCacheMetrics,
    LogMetrics,
    TracingMetrics,
    DirectoryMetrics,
    SourceMetrics,
    AccountMetrics,
    PurgeMetrics,
    WarmMetrics,
    AccountStateMetrics,
    ConfigurationMetrics,
    Omit<ServerMetrics, 'limitRejection'>,
    LiveMetrics,
    GraphqlLayerMetrics,
    MetricsExporter {}

/** The metrics of the other processes that serve the same address, and a way to report this one's to them. */
export interface MetricsPeers {
  /** Exchanges the metrics of this process for those of the others. */
  readonly collectReports: (own: MetricsReport) => Promise<readonly MetricsReport[]>;
  readonly serveReports: (read: () => Promise<MetricsReport>) => void;
}

export interface MetricsOptions {
  /** Their metrics are added to those of this process; absent: it is the only one. */
  readonly peers?: MetricsPeers | undefined;
  /** Also collects memory, event loop lag and garbage collection of the process. They outlive the app, hence not in tests. */
  readonly collectProcessMetrics?: boolean;
}

/** Creates the metrics of one app. Each app has its own registry, so that two in one process (as in tests) stay separate. */
export function createMetrics({ collectProcessMetrics = false, peers }: MetricsOptions = {}): Metrics {
  const registry = new prometheus.Registry();
  if (collectProcessMetrics) prometheus.collectDefaultMetrics({ register: registry });
  const factory = createMetricFactory(registry);
  registerBuildInfo(factory, packageJson.version);
  const vendorHttp = createVendorHttpMetrics(factory);
  const callQueues = createCallQueueMetrics(factory);
  const directory = createDirectoryMetrics(factory);
  return {
    ...createServerMetrics(factory),
    ...createLiveMetrics(factory),
    ...createGraphqlMetrics(factory),
    ...vendorHttp,
    ...callQueues,
    ...createCacheMetrics(factory),
    ...directory,
    ...createSourceMetrics(factory),
    ...createAccountMetrics(factory),
    ...createPurgeMetrics(factory),
    ...createWarmMetrics(factory),
    ...createLogMetrics(factory),
    ...createTracingMetrics(factory),
    ...createConfigurationMetrics(factory),
    ...createExporter(registry, peers),
    forgetAccount: (account) => {
      for (const metrics of [vendorHttp, callQueues, directory]) metrics.forgetAccount(account);
    },
  };
}

function createExporter(registry: prometheus.Registry, peers: MetricsPeers | undefined): MetricsExporter {
  peers?.serveReports(() => registry.getMetricsAsJSON());
  return {
    text: async (isVisible = () => true) => {
      const own = await registry.getMetricsAsJSON();
      const reports = withoutRepetition([own, ...((await peers?.collectReports(own)) ?? [])]);
      const shown = reports.map((metrics) =>
        metrics.map((metric) => ({
          ...metric,
          aggregator: peers ? aggregatorOf(metric) : 'first',
          values: metric.values.filter(
            ({ labels: { account } }) => account === undefined || isVisible(String(account)),
          ),
        })),
      );
      return prometheus.AggregatorRegistry.aggregate(shown).metrics();
    },
    contentType: registry.contentType,
  };
}
