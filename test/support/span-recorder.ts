import type { TraceAttributes, TraceOrigin, Tracer, TraceSpan, TraceSpanKind } from '../../src/domain/trace-span.ts';

/** What a component has done with a span. */
export interface SpanRecord {
  name: string;
  readonly kind: TraceSpanKind;
  attributes: TraceAttributes;
  failure: string | null;
  /** How often it was ended. */
  ends: number;
  readonly children: SpanRecord[];
  readonly origin?: TraceOrigin;
}

export const RECORDED_TRACE_ID = 'ab'.repeat(16);

/** Records the spans that a component starts. */
export function createSpanRecorder() {
  const roots: SpanRecord[] = [];
  const tracer: Tracer = {
    startRoot: (name, kind, origin) => {
      const root = createRecord(name, kind, {}, origin);
      roots.push(root);
      return toSpan(root);
    },
  };
  const parent = createRecord('parent', 'server', {});
  return { roots, tracer, parent, span: toSpan(parent) };
}

function createRecord(
  name: string,
  kind: TraceSpanKind,
  attributes: TraceAttributes,
  origin?: TraceOrigin,
): SpanRecord {
  return {
    name,
    kind,
    attributes: defined(attributes),
    failure: null,
    ends: 0,
    children: [],
    ...(origin && { origin }),
  };
}

function toSpan(record: SpanRecord): TraceSpan {
  return {
    traceId: RECORDED_TRACE_ID,
    startChild: (name, kind, attributes) => {
      const child = createRecord(name, kind, attributes);
      record.children.push(child);
      return toSpan(child);
    },
    rename: (name) => {
      record.name = name;
    },
    setAttributes: (attributes) => {
      record.attributes = { ...record.attributes, ...defined(attributes) };
    },
    fail: (errorType) => {
      record.failure = errorType;
    },
    end: () => {
      record.ends += 1;
    },
    headers: () => ({ traceparent: `of ${record.name}` }),
  };
}

function defined(attributes: TraceAttributes): TraceAttributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
