import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import packageJson from '../../../package.json' with { type: 'json' };
import type { TracesConfig } from '../../config/traces.ts';
import type { Tracer } from '../../domain/trace-span.ts';
import { createCountedExport, type SpanExportObserver } from './counted-export.ts';
import { createOtlpExporter } from './otlp-exporter.ts';
import { createRootSampler, createTracer } from './spans.ts';

export interface TracingOptions extends TracesConfig {
  /** Whether vendors receive, now, the context of traces that are not sampled. */
  readonly propagatesUnsampled: () => boolean;
  readonly observer: SpanExportObserver;
}

/** The traces of a process, which are sent to a collector. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what has been recorded. Takes as long as the collector does, at most its timeout. */
  readonly close: () => Promise<void>;
}

/** Some megabytes. A query of a month reads hundreds of files, of which each is a span. */
const MAX_QUEUED_SPANS = 8192;
const MAX_SPANS_PER_EXPORT = 512;
/** Longer than any of the gateway's own texts. */
const MAX_ATTRIBUTE_LENGTH = 256;

/** Records spans with OpenTelemetry's SDK. This file, and with it the SDK, is loaded only where traces are configured. */
export function createTracing(options: TracingOptions): Tracing {
  const { url, headers, observer, propagatesUnsampled } = options;
  // Batches are exported one after the other; at the end all that is left at once.
  const concurrency = Math.ceil(MAX_QUEUED_SPANS / MAX_SPANS_PER_EXPORT);
  const exporter = createOtlpExporter({ url, headers, concurrency });
  const provider = new TracerProvider({
    resource: createResource(options),
    sampler: createRootSampler(createSampler(options)),
    spanLimits: { attributeValueLengthLimit: MAX_ATTRIBUTE_LENGTH },
    spanProcessors: [
      createCountedExport({
        exporter,
        createProcessor: (counted) =>
          new BatchSpanProcessor({
            exporter: counted,
            maxQueueSize: MAX_QUEUED_SPANS,
            maxExportBatchSize: MAX_SPANS_PER_EXPORT,
          }),
        maxQueued: MAX_QUEUED_SPANS,
        observer,
      }),
    ],
  });
  const tracer = createTracer({
    tracer: provider.getTracer('switchboard', packageJson.version),
    propagator: new W3CTraceContextPropagator(),
    propagatesUnsampled,
    samplesRoot: toRootDecision(options),
  });
  return {
    tracer,
    async close() {
      // The first export that fails ends the provider's shutdown; others may still run.
      await provider.shutdown().catch(() => undefined);
      await exporter.shutdown();
    },
  };
}

function createResource({ serviceName }: TracesConfig) {
  const environment = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] });
  const own = {
    'service.version': packageJson.version,
    'service.instance.id': crypto.randomUUID(),
    'process.pid': process.pid,
  };
  return defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'switchboard', ...own }))
    .merge(environment)
    .merge(resourceFromAttributes(serviceName === undefined ? {} : { 'service.name': serviceName }));
}

/**
 * No other service decides about a trace that begins here where services follow the decision of their caller. A sampler by the trace's id
 * alone decides for each service: there, the id has to be made first.
 */
function toRootDecision({ sampler: { root, isParentBased } }: TracesConfig): (() => boolean) | undefined {
  return typeof root === 'number' && isParentBased ? () => Math.random() < root : undefined;
}

function createSampler({ sampler: { root, isParentBased } }: TracesConfig): Sampler {
  const rootSampler =
    root === 'on'
      ? new AlwaysOnSampler()
      : root === 'off'
        ? new AlwaysOffSampler()
        : new TraceIdRatioBasedSampler(root);
  return isParentBased ? new ParentBasedSampler({ root: rootSampler }) : rootSampler;
}
