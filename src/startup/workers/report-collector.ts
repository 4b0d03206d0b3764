import type { Clock } from '../../domain/clock.ts';
import type { MetricsReport } from '../../observability/metrics.ts';

/** A worker that does not report in time, because it is busy or stuck, is left out. */
const TIMEOUT_MS = 1000;

interface Collection<Worker> {
  readonly waitingFor: Set<Worker>;
  readonly reports: MetricsReport[];
  readonly finish: () => void;
}

/** Collects the metrics of workers, for the one among them that answers /metrics. */
export interface ReportCollector<Worker> {
  /** Asks the workers, and passes on what arrives in time. */
  readonly collect: (workers: readonly Worker[], onCollected: (reports: readonly MetricsReport[]) => void) => void;
  readonly reported: (worker: Worker, id: number, report: MetricsReport) => void;
  /** No report can come from it any more. */
  readonly ended: (worker: Worker) => void;
}

/** `onMissing` receives the workers that have not reported in time. */
export function createReportCollector<Worker>(
  ask: (worker: Worker, id: number) => void,
  clock: Pick<Clock, 'setTimer'>,
  onMissing: (workers: readonly Worker[]) => void,
): ReportCollector<Worker> {
  const collections = new Map<number, Collection<Worker>>();
  let lastId = 0;

  function settle(worker: Worker, { waitingFor, finish }: Collection<Worker>): void {
    waitingFor.delete(worker);
    if (waitingFor.size === 0) finish();
  }

  return {
    collect: (workers, onCollected) => {
      lastId += 1;
      const id = lastId;
      const reports: MetricsReport[] = [];
      const waitingFor = new Set(workers);
      const finish = () => {
        cancel();
        if (collections.delete(id)) onCollected(reports);
      };
      const cancel = clock.setTimer(TIMEOUT_MS, () => {
        onMissing([...waitingFor]);
        finish();
      });
      collections.set(id, { waitingFor, reports, finish });
      for (const worker of workers) ask(worker, id);
      if (workers.length === 0) finish();
    },
    reported: (worker, id, report) => {
      const collection = collections.get(id);
      if (!collection?.waitingFor.has(worker)) return;
      collection.reports.push(report);
      settle(worker, collection);
    },
    ended: (worker) => {
      for (const collection of [...collections.values()])
        if (collection.waitingFor.has(worker)) settle(worker, collection);
    },
  };
}
