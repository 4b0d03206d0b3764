import type { SourceReport } from '../domain/source.ts';

/** Receives what the sources of queries contribute. */
export interface SourceObserver {
  /** One account and endpoint contributed to a field of a query, or to a discovery. */
  readonly sourceReported: (report: SourceReport) => void;
  /** A live field of one agent was served with data of this age. */
  readonly liveDataServed: (source: Pick<SourceReport, 'account' | 'endpoint'>, ageMs: number) => void;
}
