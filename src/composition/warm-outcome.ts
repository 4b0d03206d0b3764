import type { SourceReport } from '../domain/source.ts';
import type { WarmOutcome } from '../live/warm-runs.ts';

/** What a run lacks of an account and endpoint, for the same reason. */
export interface WarmGap {
  readonly account: string;
  readonly endpoint: string;
  readonly outcome: SourceReport['outcome'];
  /** The error's code and reason, where there is an error. */
  readonly code: string | undefined;
  readonly reason: string | null | undefined;
  /** How many sources of the answer lack it, such as one for each agent. */
  readonly count: number;
}

/** How a run ended. */
export interface WarmEnd {
  readonly outcome: WarmOutcome;
  /** The codes of the answer's errors, each once. */
  readonly errors: readonly string[];
  /** Empty where every source is OK. */
  readonly sources: readonly WarmGap[];
}

/** Collects the sources of a run that are not OK: the answer itself has their reports only where its query selects them. */
export function createGapCollector(): {
  readonly add: (report: SourceReport) => void;
  readonly gaps: () => readonly WarmGap[];
} {
  const gaps = new Map<string, WarmGap>();
  return {
    add({ account, endpoint, outcome, error }) {
      if (outcome === 'OK') return;
      const gap = { account, endpoint, outcome, code: error?.code, reason: error?.reason };
      const key = JSON.stringify(Object.values(gap));
      gaps.set(key, { ...gap, count: (gaps.get(key)?.count ?? 0) + 1 });
    },
    gaps: () => [...gaps.values()],
  };
}

/** Reads how a run ended from its answer, and from what its sources lack. */
export function readWarmEnd(bytes: Buffer, sources: readonly WarmGap[]): WarmEnd {
  const { data, errors = [] } = JSON.parse(bytes.toString()) as {
    readonly data?: unknown;
    readonly errors?: readonly { readonly extensions?: { readonly code?: unknown } }[];
  };
  const codes = [...new Set(errors.map(({ extensions }) => String(extensions?.code)))];
  return { outcome: toOutcome(data, codes, sources), errors: codes, sources };
}

function toOutcome(data: unknown, codes: readonly string[], sources: readonly WarmGap[]): WarmOutcome {
  if (codes.length > 0 && (data === undefined || data === null)) return 'failed';
  return codes.length > 0 || sources.length > 0 ? 'incomplete' : 'complete';
}
