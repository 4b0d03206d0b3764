import { describe, expect, test } from '@jest/globals';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  type Sampler,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { createRootSampler, createTracer } from './spans.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT_ID = '00f067aa0ba902b7';
const SAMPLED = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`, tracestate: 'vendor=value' };

function setUp({
  sampler = new AlwaysOnSampler(),
  propagatesUnsampled = false,
  samplesRoot,
}: { sampler?: Sampler; propagatesUnsampled?: boolean; samplesRoot?: () => boolean } = {}) {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    sampler: createRootSampler(sampler),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const propagator = new W3CTraceContextPropagator();
  const tracer = createTracer({
    tracer: provider.getTracer('test'),
    propagator,
    propagatesUnsampled: () => propagatesUnsampled,
    samplesRoot,
  });
  return { tracer, ended: () => exporter.getFinishedSpans() };
}

describe('a span that is recorded', () => {
  test('continues the trace of a request', () => {
    const { tracer, ended } = setUp();
    const span = tracer.startRoot('request', 'server', { headers: SAMPLED });
    expect(span?.traceId).toBe(TRACE_ID);
    span?.end();
    const [recorded] = ended();
    expect(recorded?.parentSpanContext).toMatchObject({ spanId: PARENT_ID, isRemote: true });
    expect(recorded?.kind).toBe(SpanKind.SERVER);
  });

  test.each([
    [{}],
    [{ traceparent: '' }],
    [{ traceparent: `00-${TRACE_ID}-${PARENT_ID}` }],
    [{ traceparent: `00-${'0'.repeat(32)}-${PARENT_ID}-01` }],
    [{ traceparent: `00-${TRACE_ID}-${'0'.repeat(16)}-01` }],
    [{ traceparent: `ff-${TRACE_ID}-${PARENT_ID}-01` }],
    [{ traceparent: `00-${TRACE_ID.toUpperCase()}-${PARENT_ID}-01` }],
    [{ traceparent: `00-${TRACE_ID}-${PARENT_ID}-01, 00-${TRACE_ID}-${PARENT_ID}-01` }],
    [{ traceparent: `00-${TRACE_ID}-${PARENT_ID}-01-more` }],
    [{ tracestate: 'vendor=value' }],
  ])('begins a trace of its own where the headers are malformed: %j', (headers) => {
    const { tracer, ended } = setUp();
    const span = tracer.startRoot('request', 'server', { headers });
    expect(span?.traceId).toMatch(/^[\da-f]{32}$/);
    expect(span?.traceId).not.toBe(TRACE_ID);
    span?.end();
    expect(ended()[0]?.parentSpanContext).toBeUndefined();
  });

  test('has children, attributes without those that are undefined, a name and a failure', () => {
    const { tracer, ended } = setUp();
    const root = tracer.startRoot('first', 'internal');
    const child = root?.startChild('child', 'client', { account: 'lp', none: undefined });
    child?.fail('timeout_total');
    child?.end();
    root?.setAttributes({ keys: 2, none: undefined });
    root?.rename('second');
    root?.end();
    const [recordedChild, recordedRoot] = ended();
    expect(recordedChild).toMatchObject({
      name: 'child',
      kind: SpanKind.CLIENT,
      attributes: { account: 'lp', 'error.type': 'timeout_total' },
      status: { code: SpanStatusCode.ERROR },
      parentSpanContext: recordedRoot?.spanContext(),
    });
    expect(recordedRoot).toMatchObject({ name: 'second', kind: SpanKind.INTERNAL, attributes: { keys: 2 } });
    expect(Object.keys(recordedRoot?.attributes ?? {})).toEqual(['keys']);
  });

  test('points to the span that has caused its trace', () => {
    const { tracer, ended } = setUp();
    const cause = tracer.startRoot('cause', 'server');
    tracer.startRoot('run', 'internal', { link: cause })?.end();
    cause?.end();
    const [run, causing] = ended();
    expect(run?.links.map(({ context }) => context)).toEqual([causing?.spanContext()]);
    expect(run?.spanContext().traceId).not.toBe(causing?.spanContext().traceId);
  });

  test('passes its trace on as the parent of what follows', () => {
    const { tracer, ended } = setUp();
    const child = tracer.startRoot('request', 'server', { headers: SAMPLED })?.startChild('call', 'client', {});
    const headers = child?.headers();
    child?.end();
    const spanId = ended()[0]?.spanContext().spanId ?? '';
    expect(headers).toEqual({ traceparent: `00-${TRACE_ID}-${spanId}-01`, tracestate: 'vendor=value' });
  });
});

describe('a trace that is not sampled', () => {
  const sampler = new ParentBasedSampler({ root: new AlwaysOffSampler() });

  test('has no span', () => {
    expect(setUp({ sampler }).tracer.startRoot('request', 'server')).toBeUndefined();
  });

  test('is recorded all the same where the client has sampled it', () => {
    const span = setUp({ sampler }).tracer.startRoot('request', 'server', { headers: SAMPLED });
    expect(span?.traceId).toBe(TRACE_ID);
  });

  test('is passed on where vendors take part, with the decision not to sample it, and records nothing', () => {
    const { tracer, ended } = setUp({ sampler, propagatesUnsampled: true });
    const headers = { ...SAMPLED, traceparent: SAMPLED.traceparent.replace(/01$/, '00') };
    const span = tracer.startRoot('request', 'server', { headers });
    const child = span?.startChild('call', 'client', { account: 'lp' });
    child?.fail('timeout_total');
    child?.end();
    span?.rename('other');
    span?.setAttributes({});
    span?.end();
    expect(span?.traceId).toBeUndefined();
    expect(child?.headers()).toEqual({
      traceparent: expect.stringMatching(new RegExp(`^00-${TRACE_ID}-(?!${PARENT_ID})[\\da-f]{16}-00$`)),
      tracestate: 'vendor=value',
    });
    expect(ended()).toEqual([]);
  });
});

describe('a decision about traces that begin here', () => {
  const sampler = new ParentBasedSampler({ root: new AlwaysOffSampler() });

  test('samples a trace with all its spans', () => {
    const { tracer, ended } = setUp({ sampler, samplesRoot: () => true });
    const root = tracer.startRoot('request', 'server', { headers: {} });
    root?.startChild('child', 'internal', {}).startChild('grandchild', 'client', {}).end();
    root?.end();
    expect(ended().map(({ name }) => name)).toEqual(['grandchild', 'request']);
    expect(root?.headers().traceparent).toMatch(/-01$/);
  });

  test('leaves a trace out', () => {
    const { tracer } = setUp({ samplesRoot: () => false });
    expect(tracer.startRoot('request', 'server', { headers: {} })).toBeUndefined();
    expect(tracer.startRoot('run', 'internal')).toBeUndefined();
  });

  test('is not asked where a client has decided', () => {
    const { tracer } = setUp({ sampler, samplesRoot: () => false });
    expect(tracer.startRoot('request', 'server', { headers: SAMPLED })?.traceId).toBe(TRACE_ID);
  });

  test('is not asked where vendors receive the context of traces that are not sampled', () => {
    const { tracer } = setUp({ sampler, propagatesUnsampled: true, samplesRoot: () => true });
    const span = tracer.startRoot('request', 'server');
    expect(span?.traceId).toBeUndefined();
    expect(span?.headers().traceparent).toMatch(/-00$/);
  });
});
