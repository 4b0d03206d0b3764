import type { MetricsReport } from '../../observability/metrics/registry.ts';
import type { MessageToPrimary, MessageToWorker, ShutdownSignal } from './messages.ts';

/** The channel to the primary process: Node's `process` in a worker. */
export interface PrimaryChannel {
  readonly send: (message: MessageToPrimary) => void;
  readonly onMessage: (listener: (message: MessageToWorker) => void) => void;
}

/** What a worker gets from the primary process, and what it reports to it. */
export interface WorkerLink {
  /** Calls back for each signal that the primary receives, or has received; for one listener of a signal. */
  readonly onSignal: (signal: ShutdownSignal, listener: () => void) => void;
  /** Calls back whenever the primary asks, or has asked, for the configuration to be read again; for one listener. */
  readonly onReload: (listener: () => void) => void;
  /** Reports that the worker can serve; resolves once all can. */
  readonly ready: (url: string) => Promise<void>;
  /** Exchanges the metrics of this worker for those of the others. */
  readonly collectReports: (own: MetricsReport) => Promise<readonly MetricsReport[]>;
  /** Reports these metrics when another worker collects them. */
  readonly serveReports: (read: () => Promise<MetricsReport>) => void;
}

export function createWorkerLink({ send, onMessage }: PrimaryChannel): WorkerLink {
  const listeners: Partial<Record<ShutdownSignal, () => void>> = {};
  /** Received before the worker has started so far that it can end in order. */
  const early: ShutdownSignal[] = [];
  const collections = new Map<number, (reports: readonly MetricsReport[]) => void>();
  const allReady = Promise.withResolvers<undefined>();
  let isReloadDue = false;
  let onReload = (): void => {
    isReloadDue = true;
  };
  let read: (() => Promise<MetricsReport>) | undefined;
  let lastId = 0;

  onMessage((message) => {
    switch (message.type) {
      case 'signal': {
        const listener = listeners[message.signal];
        if (listener) listener();
        else early.push(message.signal);
        break;
      }
      case 'reload': {
        onReload();
        break;
      }
      case 'allReady': {
        allReady.resolve(undefined);
        break;
      }
      case 'reports': {
        collections.get(message.id)?.(message.reports);
        collections.delete(message.id);
        break;
      }
      case 'reportRequest': {
        const { id } = message;
        void read?.().then((report) => {
          send({ type: 'report', id, report });
        });
      }
    }
  });

  return {
    onSignal: (signal, listener) => {
      listeners[signal] = listener;
      if (early.includes(signal)) listener();
    },
    onReload: (listener) => {
      onReload = listener;
      if (isReloadDue) listener();
    },
    ready: (url) => {
      send({ type: 'ready', url });
      return allReady.promise;
    },
    collectReports: (report) =>
      new Promise((resolve) => {
        lastId += 1;
        collections.set(lastId, resolve);
        send({ type: 'collect', id: lastId, report });
      }),
    serveReports: (readReport) => {
      read = readReport;
    },
  };
}
