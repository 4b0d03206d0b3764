/** A request of a client, and what became of it. */
export interface Exchange {
  readonly outcome: 'answered' | 'refused' | 'failed';
  readonly ms: number;
  readonly retryAfterSeconds: number | null;
  /** After the end of the measurement: it does not count as goodput. */
  readonly isLate: boolean;
}

export interface ExchangeSummary {
  /** Answers with data in a second. */
  readonly goodput: number;
  readonly answered: number;
  /** Answers after the end. */
  readonly late: number;
  readonly refused: number;
  readonly failed: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of refusals. */
  readonly refusalP99Ms: number;
  readonly refusalsWithoutRetryAfter: number;
}

export function summarize(all: readonly Exchange[], seconds: number): ExchangeSummary {
  const exchanges = all.filter(({ isLate }) => !isLate);
  const times = (outcome: Exchange['outcome']) =>
    exchanges
      .filter((exchange) => exchange.outcome === outcome)
      .map(({ ms }) => ms)
      .toSorted((a, b) => a - b);
  const [answered, refused, failed] = [times('answered'), times('refused'), times('failed')];
  return {
    goodput: answered.length / seconds,
    answered: answered.length,
    late: all.filter(({ outcome, isLate }) => isLate && outcome === 'answered').length,
    refused: refused.length,
    failed: failed.length,
    meanMs: answered.reduce((sum, ms) => sum + ms, 0) / Math.max(1, answered.length),
    p50Ms: percentile(answered, 0.5),
    p99Ms: percentile(answered, 0.99),
    refusalP99Ms: percentile(refused, 0.99),
    refusalsWithoutRetryAfter: exchanges.filter(
      ({ outcome, retryAfterSeconds }) => outcome === 'refused' && retryAfterSeconds === null,
    ).length,
  };
}

/** Of sorted numbers; 0 without any. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
