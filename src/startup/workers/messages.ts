import type { MetricsReport } from '../../observability/metrics/registry.ts';

export type ShutdownSignal = 'SIGTERM' | 'SIGINT';

/** What the primary process sends to a worker. */
export type MessageToWorker =
  /** The primary has received a signal: workers ignore those that they receive themselves, such as Ctrl-C of a terminal. */
  | { readonly type: 'signal'; readonly signal: ShutdownSignal }
  /** The primary has received SIGHUP: the configuration is to be read again. */
  | { readonly type: 'reload' }
  /** Every worker is ready, so that /readyz may say so. */
  | { readonly type: 'allReady' }
  | { readonly type: 'reportRequest'; readonly id: number }
  | { readonly type: 'reports'; readonly id: number; readonly reports: readonly MetricsReport[] };

/** What a worker sends to the primary process. */
export type MessageToPrimary =
  | { readonly type: 'ready'; readonly url: string }
  /** Asks for the metrics of the others, and reports its own. */
  | { readonly type: 'collect'; readonly id: number; readonly report: MetricsReport }
  | { readonly type: 'report'; readonly id: number; readonly report: MetricsReport };
