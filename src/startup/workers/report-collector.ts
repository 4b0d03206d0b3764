import type { Clock } from '../../domain/clock.ts';
import { sumCounts } from '../../observability/metrics/counts.ts';
import type { MetricsReport } from '../../observability/metrics/registry.ts';

/** For a worker that does not report in time, because it is busy or stuck, its last report stands. */
const TIMEOUT_MS = 1000;

interface Collection<Worker> {
  readonly waitingFor: Set<Worker>;
  readonly finish: () => void;
}

/**
 * Collects the metrics of workers, for the one among them that answers /metrics. What has been counted never gets less from one
 * collection to the next, which Prometheus would take for a reset: the last report of each worker is kept.
 */
export interface ReportCollector<Worker> {
  /**
   * Asks the other workers, and passes on a report of each; of one that does not report in time its last, if there is any. A further
   * report has what ended workers had counted.
   */
  readonly collect: (
    asker: { readonly worker: Worker; readonly report: MetricsReport },
    others: readonly Worker[],
    onCollected: (reports: readonly MetricsReport[]) => void,
  ) => void;
  readonly reported: (worker: Worker, id: number, report: MetricsReport) => void;
  /** No report can come from it any more. What it has counted since its last report is lost. */
  readonly ended: (worker: Worker) => void;
}

/** `onMissing` receives the workers that have not reported in time. */
export function createReportCollector<Worker>(
  ask: (worker: Worker, id: number) => void,
  clock: Pick<Clock, 'setTimer'>,
  onMissing: (workers: readonly Worker[]) => void,
): ReportCollector<Worker> {
  const collections = new Map<number, Collection<Worker>>();
  const lastReports = new Map<Worker, MetricsReport>();
  let countsOfEnded: MetricsReport = [];
  let lastId = 0;

  const reportsOf = (workers: readonly Worker[]) =>
    workers.map((worker) => lastReports.get(worker)).filter((report) => report !== undefined);

  function settle(worker: Worker, { waitingFor, finish }: Collection<Worker>): void {
    waitingFor.delete(worker);
    if (waitingFor.size === 0) finish();
  }

  return {
    collect: (asker, others, onCollected) => {
      lastReports.set(asker.worker, asker.report);
      lastId += 1;
      const id = lastId;
      const waitingFor = new Set(others);
      const finish = () => {
        cancel();
        if (collections.delete(id)) onCollected([...reportsOf(others), countsOfEnded]);
      };
      const cancel = clock.setTimer(TIMEOUT_MS, () => {
        onMissing([...waitingFor]);
        finish();
      });
      collections.set(id, { waitingFor, finish });
      for (const worker of others) ask(worker, id);
      if (others.length === 0) finish();
    },
    reported: (worker, id, report) => {
      lastReports.set(worker, report);
      const collection = collections.get(id);
      if (collection?.waitingFor.has(worker)) settle(worker, collection);
    },
    ended: (worker) => {
      countsOfEnded = sumCounts([countsOfEnded, lastReports.get(worker) ?? []]);
      lastReports.delete(worker);
      for (const collection of [...collections.values()])
        if (collection.waitingFor.has(worker)) settle(worker, collection);
    },
  };
}
