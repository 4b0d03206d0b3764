import type { AccountConfig } from '../config/account.ts';
import type { TracesConfig } from '../config/traces.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Tracing } from '../observability/tracing/tracing.ts';
import type { LimitedLogs } from './limited-logs.ts';

export interface TracingDependencies {
  /** Those that are connected now. */
  readonly accounts: () => readonly { readonly config: Pick<AccountConfig, 'forwardTraceContext'> }[];
  readonly metrics: Pick<Metrics, 'spansEnded'>;
  readonly logs: Pick<LimitedLogs, 'traceExportFailed'>;
}

/** Starts to record traces. OpenTelemetry's SDK is loaded only here, since most gateways have no collector. */
export async function connectTracing(
  traces: TracesConfig,
  { accounts, metrics, logs }: TracingDependencies,
): Promise<Tracing> {
  const { createTracing } = await import('../observability/tracing/tracing.ts');
  return createTracing({
    ...traces,
    propagatesUnsampled: createForwardingCheck(accounts),
    observer: { spansEnded: metrics.spansEnded, exportFailed: logs.traceExportFailed },
  });
}

/** Whether any account passes traces on. Every request asks: the accounts are read again where their list is another one. */
function createForwardingCheck(accounts: TracingDependencies['accounts']): () => boolean {
  let known: ReturnType<typeof accounts> = [];
  let forwards = false;
  return () => {
    const connected = accounts();
    if (connected !== known) {
      known = connected;
      forwards = connected.some(({ config }) => config.forwardTraceContext);
    }
    return forwards;
  };
}
