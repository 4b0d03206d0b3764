import { expect, test } from '@jest/globals';
import { ExportResultCode } from '@opentelemetry/core';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { createCountedExport } from './counted-export.ts';

type ExportCallback = Parameters<SpanExporter['export']>[1];

function setUp(maxQueued: number) {
  const counted: string[] = [];
  const exports: { readonly names: readonly string[]; readonly end: ExportCallback }[] = [];
  const processor = createCountedExport({
    exporter: {
      export: (spans, end) => {
        exports.push({ names: spans.map(({ name }) => name), end });
      },
      shutdown: () => Promise.resolve(),
    },
    createProcessor: (exporter) => new BatchSpanProcessor({ exporter, maxQueueSize: maxQueued }),
    maxQueued,
    observer: {
      spansEnded: (outcome, count) => counted.push(`${outcome} ${count}`),
      exportFailed: (reason) => counted.push(`reason ${reason}`),
    },
  });
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('test');
  return {
    counted,
    exports,
    processor,
    endSpans: (...names: readonly string[]) => {
      for (const name of names) tracer.startSpan(name).end();
    },
  };
}

test('counts the spans that a collector takes in', async () => {
  const { processor, endSpans, exports, counted } = setUp(10);
  endSpans('a', 'b');
  const flushed = processor.forceFlush();
  exports[0]?.end({ code: ExportResultCode.SUCCESS });
  await flushed;
  expect(exports.map(({ names }) => names)).toEqual([['a', 'b']]);
  expect(counted).toEqual(['exported 2']);
});

test.each<[Error | undefined, string]>([
  [Object.assign(new Error('secret'), { code: 'ECONNREFUSED' }), 'econnrefused'],
  [Object.assign(new Error('secret'), { code: 401 }), 'status_401'],
  [Object.assign(new Error('secret'), { code: 'secret of any form' }), 'unavailable'],
  [undefined, 'unavailable'],
])('counts the spans of an export that fails, and reports no message of it: %p', async (error, reason) => {
  const { processor, endSpans, exports, counted } = setUp(10);
  endSpans('a');
  const flushed = processor.forceFlush();
  exports[0]?.end({ code: ExportResultCode.FAILED, ...(error && { error }) });
  await expect(flushed).rejects.toThrow();
  expect(counted).toEqual(['failed 1', `reason ${reason}`]);
});

test('drops and counts the spans beyond the bound, and records again once some have been exported', async () => {
  const { processor, endSpans, exports, counted } = setUp(2);
  endSpans('a', 'b', 'c', 'd');
  expect(counted).toEqual(['dropped 1', 'dropped 1']);
  exports[0]?.end({ code: ExportResultCode.SUCCESS });
  endSpans('e');
  const flushed = processor.forceFlush();
  exports[1]?.end({ code: ExportResultCode.SUCCESS });
  await flushed;
  expect(exports.flatMap(({ names }) => names)).toEqual(['a', 'b', 'e']);
});
