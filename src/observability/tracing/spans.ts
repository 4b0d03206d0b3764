import {
  type Attributes,
  type Context,
  createContextKey,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type TextMapPropagator,
  trace,
  type Tracer as ApiTracer,
} from '@opentelemetry/api';
import { type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace';
import type { TraceAttributes, TraceOrigin, Tracer, TraceSpan, TraceSpanKind } from '../../domain/trace-span.ts';

export interface TracerOptions {
  readonly tracer: ApiTracer;
  /** Reads and writes the context of a trace in headers. */
  readonly propagator: Pick<TextMapPropagator, 'extract' | 'inject'>;
  /** Whether vendors also receive, now, the context of a trace that is not sampled: its sampling decision then holds for them, too. */
  readonly propagatesUnsampled: () => boolean;
  /** Decides whether a trace that begins here is sampled; absent: the tracer's sampler does. */
  readonly samplesRoot?: (() => boolean) | undefined;
}

/** In the context of a trace that `samplesRoot` has sampled. */
const IS_SAMPLED = createContextKey('sampled');
const SAMPLED_CONTEXT = ROOT_CONTEXT.setValue(IS_SAMPLED, true);

const KINDS: Readonly<Record<TraceSpanKind, SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
};

const getter: TextMapGetter<NonNullable<TraceOrigin['headers']>> = {
  keys: (headers) => Object.keys(headers),
  get: (headers, name) => {
    const value = headers[name];
    return typeof value === 'object' ? [...value] : value;
  },
};

/** Creates spans with a tracer of OpenTelemetry's API. The context is passed on explicitly: nothing is kept per asynchronous call. */
export function createTracer({ tracer, propagator, propagatesUnsampled, samplesRoot }: TracerOptions): Tracer {
  function findParent(headers: TraceOrigin['headers']): Context | null {
    if (headers?.traceparent !== undefined) return propagator.extract(ROOT_CONTEXT, headers, getter);
    // Before an id is made and headers are read, which costs as much as the key of a stored response.
    if (!samplesRoot || propagatesUnsampled()) return ROOT_CONTEXT;
    return samplesRoot() ? SAMPLED_CONTEXT : null;
  }

  return {
    startRoot(name, kind, { headers, link } = {}) {
      const parent = findParent(headers);
      if (!parent) return undefined;
      const linked = link instanceof RecordedSpan ? link.span.spanContext() : undefined;
      const span = tracer.startSpan(
        name,
        { kind: KINDS[kind], ...(linked && { links: [{ context: linked }] }) },
        parent,
      );
      if (span.isRecording()) return new RecordedSpan(span, parent, { tracer, propagator });
      return propagatesUnsampled() ? createUnrecordedSpan(trace.setSpan(parent, span), propagator) : undefined;
    },
  };
}

/** Samples what `samplesRoot` has sampled, and leaves other decisions to the sampler. */
export function createRootSampler(sampler: Sampler): Sampler {
  return {
    shouldSample: (context, ...rest) =>
      context.getValue(IS_SAMPLED) === true
        ? { decision: SamplingDecision.RECORD_AND_SAMPLED }
        : sampler.shouldSample(context, ...rest),
    toString: () => sampler.toString(),
  };
}

class RecordedSpan implements TraceSpan {
  readonly span: Span;
  readonly traceId: string;
  readonly #parent: Context;
  readonly #options: Pick<TracerOptions, 'tracer' | 'propagator'>;
  #own: Context | undefined;

  constructor(span: Span, parent: Context, options: Pick<TracerOptions, 'tracer' | 'propagator'>) {
    this.span = span;
    this.traceId = span.spanContext().traceId;
    this.#parent = parent;
    this.#options = options;
  }

  /** Created when it is first needed: most spans have no children. */
  get #context(): Context {
    return (this.#own ??= trace.setSpan(this.#parent, this.span));
  }

  startChild(name: string, kind: TraceSpanKind, attributes: TraceAttributes): TraceSpan {
    const options = { kind: KINDS[kind], attributes: attributes as Attributes };
    return new RecordedSpan(this.#options.tracer.startSpan(name, options, this.#context), this.#context, this.#options);
  }

  rename(name: string): void {
    this.span.updateName(name);
  }

  setAttributes(attributes: TraceAttributes): void {
    for (const [name, value] of Object.entries(attributes))
      if (value !== undefined) this.span.setAttribute(name, value);
  }

  fail(errorType: string): void {
    this.span.setAttribute('error.type', errorType);
    this.span.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    this.span.end();
  }

  headers(): Readonly<Record<string, string>> {
    return toHeaders(this.#context, this.#options.propagator);
  }
}

/** One for all steps of a trace that is not sampled. */
function createUnrecordedSpan(context: Context, propagator: TracerOptions['propagator']): TraceSpan {
  const ignore = () => undefined;
  const headers = toHeaders(context, propagator);
  const span: TraceSpan = {
    traceId: undefined,
    startChild: () => span,
    rename: ignore,
    setAttributes: ignore,
    fail: ignore,
    end: ignore,
    headers: () => headers,
  };
  return span;
}

function toHeaders(context: Context, propagator: TracerOptions['propagator']): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  propagator.inject(context, headers, defaultTextMapSetter);
  return headers;
}
