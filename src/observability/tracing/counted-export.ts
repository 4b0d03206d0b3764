import { ExportResultCode } from '@opentelemetry/core';
import type { BatchSpanProcessor, ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';

/** What became of spans. `dropped`: more had ended than the collector took in. */
export type SpanOutcome = 'exported' | 'failed' | 'dropped';

export interface SpanExportObserver {
  readonly spansEnded: (outcome: SpanOutcome, count: number) => void;
  /** An export failed; `reason` is a status, or the code of a network error. */
  readonly exportFailed: (reason: string) => void;
}

export interface CountedExportOptions {
  readonly exporter: SpanExporter;
  readonly createProcessor: (exporter: SpanExporter) => BatchSpanProcessor;
  /** How many ended spans may be in memory, those that are being exported included. */
  readonly maxQueued: number;
  readonly observer: SpanExportObserver;
}

/** Counts what the processor and the exporter do with spans; and drops those beyond the bound, which the SDK would not count. */
export function createCountedExport(options: CountedExportOptions): SpanProcessor {
  const { exporter, maxQueued, observer } = options;
  let queued = 0;
  const processor = options.createProcessor({
    export(spans, callback) {
      exporter.export(spans, (result) => {
        queued -= spans.length;
        const isExported = result.code === ExportResultCode.SUCCESS;
        observer.spansEnded(isExported ? 'exported' : 'failed', spans.length);
        if (!isExported) observer.exportFailed(toReason(result.error));
        callback(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  });
  return {
    onStart: () => undefined,
    onEnd(span: ReadableSpan) {
      if (queued >= maxQueued) {
        observer.spansEnded('dropped', 1);
        return;
      }
      queued += 1;
      processor.onEnd(span);
    },
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  };
}

/** Nothing of the message: it may quote what the collector returned. */
function toReason(error: Error | undefined): string {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  if (typeof code === 'number') return `status_${code}`;
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code.toLowerCase() : 'unavailable';
}
