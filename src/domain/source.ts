import type { Instant } from './clock.ts';
import type { TimeRange } from './time.ts';
import type { VendorError } from './vendor-error.ts';

export type SourceOutcome = 'OK' | 'STALE' | 'PARTIAL' | 'FAILED' | 'UNSUPPORTED';
export type ServedFrom = 'VENDOR' | 'CACHE';
/** Identifies a call to a vendor: all data that it returned names it. */
export type CallId = symbol;

/** Provenance and completeness of a part of a result: one account, one endpoint. */
export interface SourceReport {
  /** The account's name. */
  readonly account: string;
  readonly endpoint: string;
  readonly outcome: SourceOutcome;
  /** The oldest part's; null when there is no data. */
  readonly fetchedAt: Instant | null;
  /** The soonest part's; null when there is no data. */
  readonly freshUntil?: Instant | null;
  readonly servedFrom: ServedFrom | null;
  /** The calls that returned the data, each once; none for what is served from the cache. */
  readonly calls: readonly CallId[];
  readonly error: VendorError | null;
  readonly coveredFrom: Instant | null;
  readonly coveredTo: Instant | null;
  /** Where data may be missing or older than usual. Absent: nowhere where the outcome is OK, else anywhere. */
  readonly incompleteDuring?: readonly TimeRange[];
}

/** Data with its source reports, one per endpoint. */
export interface SourcedResult<T> {
  readonly data: T;
  readonly sources: readonly SourceReport[];
}

/** When and from where a piece of data was obtained. */
export interface Provenance {
  readonly fetchedAt: Instant;
  /** When its time to live ends. */
  readonly freshUntil?: Instant;
  readonly servedFrom: ServedFrom;
  /** The call that returned it; absent where it is served from the cache. */
  readonly call?: CallId;
  /** The vendor's error, because of which older data is served. */
  readonly staleReason?: VendorError;
}

const NO_CALLS: readonly CallId[] = [];

/** Creates the report of available data: OK, STALE, or PARTIAL where `error` describes what is missing. */
export function sourceReport(
  source: { readonly account: string; readonly endpoint: string },
  parts: readonly Provenance[],
  extra: Partial<Pick<SourceReport, 'error' | 'coveredFrom' | 'coveredTo' | 'incompleteDuring'>> = {},
): SourceReport {
  let stale: VendorError | undefined;
  let fetchedAt = Infinity;
  let freshUntil = Infinity;
  let servedFrom: ServedFrom = 'CACHE';
  let call: CallId | undefined;
  /** All calls, where there are several. */
  let calls: Set<CallId> | undefined;
  for (const part of parts) {
    stale ??= part.staleReason;
    fetchedAt = Math.min(fetchedAt, part.fetchedAt);
    freshUntil = Math.min(freshUntil, part.freshUntil ?? Infinity);
    if (part.servedFrom === 'VENDOR') servedFrom = 'VENDOR';
    call ??= part.call;
    if (call && part.call && part.call !== call) calls = (calls ?? new Set([call])).add(part.call);
  }
  return {
    account: source.account,
    endpoint: source.endpoint,
    outcome: extra.error ? 'PARTIAL' : stale ? 'STALE' : 'OK',
    fetchedAt: parts.length === 0 ? null : fetchedAt,
    freshUntil: freshUntil === Infinity ? null : freshUntil,
    servedFrom: parts.length === 0 ? null : servedFrom,
    calls: calls ? [...calls] : call ? [call] : NO_CALLS,
    error: extra.error ?? stale ?? null,
    coveredFrom: extra.coveredFrom ?? null,
    coveredTo: extra.coveredTo ?? null,
    ...(extra.incompleteDuring && { incompleteDuring: extra.incompleteDuring }),
  };
}

function earliest(instants: readonly (Instant | null | undefined)[]): Instant | null {
  const known = instants.filter((instant) => typeof instant === 'number');
  return known.length === 0 ? null : known.reduce((earlier, instant) => Math.min(earlier, instant));
}

/** Where data of a source that was asked for the range may be missing or older than usual. */
export function incompleteRanges(
  { outcome, incompleteDuring }: Pick<SourceReport, 'outcome' | 'incompleteDuring'>,
  range: TimeRange,
): readonly TimeRange[] {
  return outcome === 'OK' ? [] : (incompleteDuring ?? [range]);
}

/** Creates the report of a source that failed. */
export function failureReport(error: VendorError): SourceReport {
  return emptyReport(error, 'FAILED', error);
}

/** Creates the report of an account that does not support the request and was not called. */
export function unsupportedReport(source: { readonly account: string; readonly endpoint: string }): SourceReport {
  return emptyReport(source, 'UNSUPPORTED', null);
}

function emptyReport(
  source: { readonly account: string; readonly endpoint: string },
  outcome: SourceOutcome,
  error: VendorError | null,
): SourceReport {
  const { account, endpoint } = source;
  const noData = { fetchedAt: null, freshUntil: null, servedFrom: null, calls: [], coveredFrom: null, coveredTo: null };
  return { account, endpoint, outcome, error, ...noData };
}

/**
 * Merges the reports of one account and endpoint about several agents. FAILED or UNSUPPORTED only where all are; PARTIAL where
 * data of some is missing. Null without a report.
 */
export function mergeReports(reports: readonly SourceReport[]): SourceReport | null {
  const [first, ...others] = reports;
  if (!first || others.length === 0) return first ?? null;
  const servings = new Set(reports.map(({ servedFrom }) => servedFrom));
  return {
    account: first.account,
    endpoint: first.endpoint,
    outcome: mergeOutcomes(new Set(reports.map(({ outcome }) => outcome))),
    fetchedAt: earliest(reports.map(({ fetchedAt }) => fetchedAt)),
    freshUntil: earliest(reports.map(({ freshUntil }) => freshUntil)),
    servedFrom: servings.has('VENDOR') ? 'VENDOR' : servings.has('CACHE') ? 'CACHE' : null,
    calls: [...new Set(reports.flatMap(({ calls }) => calls))],
    error: reports.find(({ error }) => error !== null)?.error ?? null,
    coveredFrom: null,
    coveredTo: null,
  };
}

const INCOMPLETE_OUTCOMES: ReadonlySet<SourceOutcome> = new Set(['FAILED', 'PARTIAL', 'UNSUPPORTED']);

function mergeOutcomes(outcomes: ReadonlySet<SourceOutcome>): SourceOutcome {
  const [only] = outcomes;
  if (outcomes.size === 1 && only) return only;
  return INCOMPLETE_OUTCOMES.isDisjointFrom(outcomes) ? 'STALE' : 'PARTIAL';
}
