/** Attributes of a span. Never a secret, a query, variables, or the path of a vendor's URL. Undefined: left out. */
export type TraceAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** `server` answers a request of another process, `client` makes one. */
export type TraceSpanKind = 'server' | 'client' | 'internal';

/**
 * A step of a trace, as OpenTelemetry defines it (https://opentelemetry.io/docs/specs/otel/trace/api/#span). Components take their
 * parent's span from the context of a request; it is absent where nothing is traced.
 */
export interface TraceSpan {
  /** Names the trace in logs; undefined where the span is not recorded, and only carries the context of a trace to vendors. */
  readonly traceId: string | undefined;
  readonly startChild: (name: string, kind: TraceSpanKind, attributes: TraceAttributes) => TraceSpan;
  readonly rename: (name: string) => void;
  readonly setAttributes: (attributes: TraceAttributes) => void;
  /** Marks the step as failed. `errorType` is one of few texts: a status, a reason or a code. */
  readonly fail: (errorType: string) => void;
  readonly end: () => void;
  /** The headers that continue the trace in another service (https://www.w3.org/TR/trace-context/). */
  readonly headers: () => Readonly<Record<string, string>>;
}

/** Where a trace comes from or points to. */
export interface TraceOrigin {
  /** The headers of a request, whose trace is continued. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The span of another trace that caused this one. */
  readonly link?: TraceSpan | undefined;
}

/** Starts the spans that have no parent in this process. */
export interface Tracer {
  /** Undefined where the trace is not sampled. */
  readonly startRoot: (name: string, kind: TraceSpanKind, origin?: TraceOrigin) => TraceSpan | undefined;
}

/** Runs a step with its span, and ends it. A rejection marks it as failed. */
export async function runInSpan<T>(span: TraceSpan, run: (span: TraceSpan) => Promise<T>): Promise<T> {
  try {
    return await run(span);
  } catch (error) {
    span.fail(toErrorType(error));
    throw error;
  } finally {
    span.end();
  }
}

/** A vendor error's code, else the error's class: never a message. */
function toErrorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'other';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'other';
}
