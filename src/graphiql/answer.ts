/** A vendor call that a query can take at most, by account and endpoint. */
export interface PlannedCall {
  readonly account: string;
  readonly endpoint: string;
  readonly atMost: number;
  readonly cached: number;
}

/** A vendor call that was made, or a cached answer that was used instead of one. */
export interface TracedCall {
  readonly account: string;
  readonly endpoint: string;
  readonly outcome: string;
  readonly servedFrom: string;
  readonly ms: number;
  readonly bytes: number;
  readonly keys: number;
}

export interface AnswerPlan {
  readonly vendorCalls: readonly PlannedCall[];
  readonly total: number;
  readonly expected: number;
}

/** What the page shows about an answer besides its data. */
export interface AnswerDetails {
  /** Of the HTTP response. */
  readonly status: number;
  /** From sending the request to its last byte; of a stream: to the latest event. */
  readonly ms: number;
  /** Of the body, before compression; of a stream: of the latest event. */
  readonly bytes: number;
  /** When asking again can first bring something new; null where the gateway does not say. */
  readonly maxAgeSeconds: number | null;
  /** Whether it is a stored response, or that of another request. */
  readonly isShared: boolean;
  /** The number of events so far; null for an answer that is no stream. */
  readonly events: number | null;
  readonly plan: AnswerPlan | null;
  readonly trace: readonly TracedCall[] | null;
}

interface AnswerBody {
  readonly extensions?: {
    readonly switchboard?: { readonly plan?: AnswerPlan; readonly vendorCalls?: readonly TracedCall[] };
  };
}

export interface AnswerParts {
  readonly response: Pick<Response, 'status' | 'headers'>;
  readonly ms: number;
  readonly text: string;
  readonly body: unknown;
  readonly events: number | null;
}

export function toAnswerDetails({ response, ms, text, body, events }: AnswerParts): AnswerDetails {
  const { headers, status } = response;
  const switchboard = ((body ?? {}) as AnswerBody).extensions?.switchboard;
  const [, maxAge] = /(?:^|,)\s*max-age=(\d+)/.exec(headers.get('cache-control') ?? '') ?? [];
  return {
    status,
    ms: Math.round(ms),
    bytes: new TextEncoder().encode(text).length,
    maxAgeSeconds: maxAge === undefined || events !== null ? null : Number(maxAge),
    isShared: /;\s*(hit|.*collapsed)/.test(headers.get('cache-status') ?? ''),
    events,
    plan: switchboard?.plan ?? null,
    trace: switchboard?.vendorCalls ?? null,
  };
}

/** Describes an answer in one line. */
export function formatSummary({ status, ms, bytes, maxAgeSeconds, isShared, events }: AnswerDetails): string {
  return [
    status === 200 ? null : `HTTP ${status}`,
    events === null ? `${ms} ms` : `${events} ${events === 1 ? 'event' : 'events'} in ${(ms / 1000).toFixed(1)} s`,
    formatBytes(bytes),
    isShared ? 'stored response' : null,
    maxAgeSeconds === null ? null : `new in ${maxAgeSeconds} s`,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

function formatBytes(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(bytes < 100_000 ? 1 : 0)} kB`;
}

/** Says what a plan or a trace adds up to. */
export function formatCost({ plan, trace }: AnswerDetails): string | null {
  if (plan) return `${plan.expected} vendor calls expected, ${plan.total} at most; not run`;
  if (!trace) return null;
  const made = trace.filter(({ servedFrom }) => servedFrom === 'VENDOR').length;
  return `${made} vendor ${made === 1 ? 'call' : 'calls'} made, ${trace.length - made} answered from the cache`;
}
