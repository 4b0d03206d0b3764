import type { Finding } from '../violations.ts';
import type { AnswerError } from './answer.ts';

/** An answer of a gateway that is overloaded. */
export interface Refusal {
  readonly status: number;
  /** As sent, in seconds. */
  readonly retryAfter: string | null;
  readonly data: unknown;
  readonly errors: readonly AnswerError[];
}

/** A gateway refuses requests while its event loop is later than this. */
const MAX_EVENT_LOOP_DELAY_MS = 200;
/** Beyond this share of the requests, the run says little about anything else. */
const MAX_REFUSED_RATIO = 0.5;

export function isRefusal(errors: readonly AnswerError[]): boolean {
  return errors.some(({ extensions }) => extensions?.code === 'OVERLOADED');
}

/** Checks that a refusal is nothing else, and says when to ask again. */
export function checkRefusal({ status, retryAfter, data, errors }: Refusal): readonly Finding[] {
  const findings: Finding[] = [];
  if (status !== 503) findings.push({ check: 'refusal with another status than 503', detail: String(status) });
  if (!/^[1-9]\d*$/.test(retryAfter ?? ''))
    findings.push({ check: 'refusal without Retry-After', detail: String(retryAfter) });
  if (data !== null || errors.length > 1) findings.push({ check: 'refusal with more than its error', detail: '' });
  return findings;
}

/** Checks how many requests of a gateway were refused, and that its event loop was late when they were. */
export function checkRefusedShare(
  { requests, refused }: { readonly requests: number; readonly refused: number },
  loopMaxMs: number,
): readonly Finding[] {
  if (refused === 0) return [];
  const detail = `${refused} of ${requests}`;
  if (loopMaxMs <= MAX_EVENT_LOOP_DELAY_MS)
    return [{ check: 'refusals without a late event loop', detail: `${detail}, ${Math.round(loopMaxMs)} ms` }];
  return refused > requests * MAX_REFUSED_RATIO ? [{ check: 'most requests refused', detail }] : [];
}
