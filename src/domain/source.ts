import type { Instant } from './clock.ts';
import type { VendorError } from './vendor-error.ts';

export type SourceOutcome = 'OK' | 'STALE' | 'PARTIAL' | 'FAILED' | 'UNSUPPORTED';
export type ServedFrom = 'VENDOR' | 'CACHE';

/** Where a part of an answer comes from and how whole it is: one account, one endpoint. */
export interface SourceReport {
  /** The account's name. */
  readonly account: string;
  readonly endpoint: string;
  readonly outcome: SourceOutcome;
  /** The oldest part's; null when there is no data. */
  readonly fetchedAt: Instant | null;
  readonly servedFrom: ServedFrom | null;
  readonly error: VendorError | null;
  readonly coveredFrom: Instant | null;
  readonly coveredTo: Instant | null;
}

/** What a source has to say, and the reports on where it comes from (one an endpoint). */
export interface SourcedResult<T> {
  readonly data: T;
  readonly sources: readonly SourceReport[];
}

/** How a piece of data was come by. */
export interface Provenance {
  readonly fetchedAt: Instant;
  readonly servedFrom: ServedFrom;
  /** An older answer, served because the vendor failed with this. */
  readonly staleReason?: VendorError;
}

/** A report on data that is there: OK, STALE, or PARTIAL where an error says what is missing. */
export function sourceReport(
  source: { readonly account: string; readonly endpoint: string },
  parts: readonly Provenance[],
  extra: Partial<Pick<SourceReport, 'error' | 'coveredFrom' | 'coveredTo'>> = {},
): SourceReport {
  const stale = parts.find((part) => part.staleReason)?.staleReason;
  return {
    account: source.account,
    endpoint: source.endpoint,
    outcome: extra.error ? 'PARTIAL' : stale ? 'STALE' : 'OK',
    fetchedAt: parts.length === 0 ? null : parts.reduce((oldest, part) => Math.min(oldest, part.fetchedAt), Infinity),
    servedFrom: parts.length === 0 ? null : parts.some((part) => part.servedFrom === 'VENDOR') ? 'VENDOR' : 'CACHE',
    error: extra.error ?? stale ?? null,
    coveredFrom: extra.coveredFrom ?? null,
    coveredTo: extra.coveredTo ?? null,
  };
}

/** A report on data that could not be had. */
export function failureReport(error: VendorError): SourceReport {
  return emptyReport(error, 'FAILED', error);
}

/** A report of an account that cannot answer such a question and was not asked. */
export function unsupportedReport(source: { readonly account: string; readonly endpoint: string }): SourceReport {
  return emptyReport(source, 'UNSUPPORTED', null);
}

function emptyReport(
  source: { readonly account: string; readonly endpoint: string },
  outcome: SourceOutcome,
  error: VendorError | null,
): SourceReport {
  const { account, endpoint } = source;
  return { account, endpoint, outcome, error, fetchedAt: null, servedFrom: null, coveredFrom: null, coveredTo: null };
}
