import type { DiskOperation } from '../cache/disk-messages.ts';
import type { DiskErrorReason } from '../cache/ports.ts';
import type { Clock } from '../domain/clock.ts';
import type { SourceOutcome, SourceReport } from '../domain/source.ts';
import { isNotFound, UNSENT_REASONS, type VendorError } from '../domain/vendor-error.ts';
import type { VendorCall } from '../http/ports.ts';
import { toReasonLabel } from '../observability/labels.ts';
import { createLimitedLog } from '../observability/limited-log.ts';
import type { Logger } from '../server/ports.ts';
import type { DropReason } from '../vendors/ports.ts';

/** Warnings that a vendor's outage repeats with every call: each is written at most once a minute, with its count. */
export interface LimitedLogs {
  readonly vendorCallFailed: (call: VendorCall) => void;
  readonly recordsDropped: (account: string, endpoint: string, reason: DropReason, count: number) => void;
  readonly sourceReported: (report: SourceReport) => void;
  readonly renewalFailed: (error: VendorError) => void;
  /** A background fetch failed, of which no request sees the error. */
  readonly refreshFailed: (error: VendorError) => void;
  /** The vendor knows none of the account's agents. */
  readonly agentsUnknown: (account: string) => void;
  /** An operation on the file of the cache failed, of this many entries. */
  readonly diskFailed: (operation: DiskOperation, reason: DiskErrorReason, entries: number) => void;
  /** Spans were not taken in by the collector of traces. */
  readonly traceExportFailed: (reason: string) => void;
  /** Writes what has been counted, and stops the timers. */
  readonly flush: () => void;
}

/** Reasons of sources that fail without a call, so that no failed call is logged for them. */
const REASONS_WITHOUT_CALL: ReadonlySet<string> = new Set([...UNSENT_REASONS, 'discovery_timeout']);

/** Reasons that the requested time explains: every query of such a time has them, while all is well. */
const REASONS_OF_THE_QUESTION: ReadonlySet<string> = new Set(['retention', 'not_yet_written']);

export function createLimitedLogs(clock: Clock, logger: Pick<Logger, 'warn'>): LimitedLogs {
  const failures = createLimitedLog(clock, (fields) => {
    logger.warn(fields, 'vendor call failed');
  });
  const dropped = createLimitedLog(clock, (fields) => {
    logger.warn(fields, 'records left out of vendor responses');
  });
  const incomplete = createLimitedLog(clock, (fields) => {
    logger.warn(fields, 'source incomplete');
  });
  const renewals = createLimitedLog(clock, (fields) => {
    logger.warn(fields, 'token renewal failed');
  });
  const refreshes = createLimitedLog(clock, (fields) => {
    logger.warn(fields, 'background refresh failed');
  });
  const unknownAgents = createLimitedLog(clock, (fields) => {
    logger.warn(fields, 'vendor knows none of the agents of an account');
  });
  const disk = createLimitedLog(clock, (fields) => {
    logger.warn(fields, 'cache file could not be used');
  });
  const exports = createLimitedLog(clock, (fields) => {
    logger.warn(fields, 'traces could not be exported');
  });
  return {
    vendorCallFailed: ({ account, endpoint, outcome, reason = null, status, traceId }) => {
      failures.log({ account, endpoint, code: outcome, ...toReasonFields(reason, status ?? null) }, 1, traceId);
    },
    recordsDropped: (account, endpoint, reason, count) => {
      dropped.log({ account, endpoint, reason }, count);
    },
    sourceReported: (report) => {
      const { account, endpoint, outcome, error } = report;
      if (error !== null && isWorthALine(outcome, error))
        incomplete.log({ ...toErrorFields(error), account, endpoint, outcome });
    },
    renewalFailed: (error) => {
      if (error.reason !== 'cancelled') renewals.log(toErrorFields(error));
    },
    refreshFailed: (error) => {
      if (error.reason !== 'cancelled') refreshes.log(toErrorFields(error));
    },
    agentsUnknown: (account) => {
      unknownAgents.log({ account });
    },
    diskFailed: (operation, reason, entries) => {
      disk.log({ operation, reason }, entries);
    },
    traceExportFailed: (reason) => {
      exports.log({ reason });
    },
    flush: () => {
      for (const log of [failures, dropped, incomplete, renewals, refreshes, unknownAgents, disk, exports]) log.flush();
    },
  };
}

function isWorthALine(outcome: SourceOutcome, error: VendorError): boolean {
  // An agent that the vendor does not know; of a part, such as a file, no failed call is logged either.
  if (outcome !== 'PARTIAL' && isNotFound(error)) return false;
  const reason = error.reason ?? '';
  return outcome === 'PARTIAL' ? !REASONS_OF_THE_QUESTION.has(reason) : REASONS_WITHOUT_CALL.has(reason);
}

/** Nothing of the message: it may quote the vendor. */
function toErrorFields({ account, endpoint, code, reason, status }: VendorError) {
  return { account, endpoint, code, ...toReasonFields(reason, status) };
}

function toReasonFields(reason: string | null, status: number | null) {
  return { ...(reason !== null && { reason: toReasonLabel(reason) }), ...(status !== null && { status }) };
}
