import { z } from 'zod';

const FAULT_KINDS = ['hang', 'cut', 'malformed', 'down', 'html'] as const;

/** A fault to inject into the matching calls of a fake vendor. */
export const faultSchema = z
  .strictObject({
    /** Substring of the path and query of the matching calls; absent: all calls. */
    path: z.string().min(1).optional(),
    method: z.string().toUpperCase().optional(),
    /** Number of calls to affect; absent: all calls until the fault is removed. */
    times: z.int().min(1).optional(),
    delayMs: z.number().min(0).optional(),
    status: z.int().min(200).max(599).optional(),
    /** A string is sent unchanged, any other value as JSON. */
    body: z.json().optional(),
    headers: z.record(z.string().regex(/^[\w-]+$/), z.string().regex(/^[\t\x20-\x7e]*$/)).optional(),
    /** Seconds or a date for `Retry-After`; the default status is then 429. */
    retryAfter: z.union([z.number(), z.string().regex(/^[\x20-\x7e]+$/)]).optional(),
    /**
     * hang: no response. down: the connection is dropped immediately. cut: it is dropped in the middle of the response.
     * malformed: a response that does not parse. html: an HTML page; the default status is 502.
     */
    kind: z.enum(FAULT_KINDS).optional(),
  })
  .refine(
    ({ delayMs, status, body, headers, retryAfter, kind }) =>
      [delayMs, status, body, headers, retryAfter, kind].some((effect) => effect !== undefined),
    'has no effect: set at least one of kind, status, body, headers, retryAfter, delayMs',
  );

export type InjectedFault = z.infer<typeof faultSchema>;

export interface FaultRegistry {
  add(fault: InjectedFault): void;
  /** The remaining faults in the order in which they apply, with the remaining `times`. */
  list(): readonly InjectedFault[];
  clear(): void;
  /** Returns the first fault that matches the call, and decrements its `times`. */
  take(method: string, path: string): InjectedFault | undefined;
}

function matches(fault: InjectedFault, method: string, path: string): boolean {
  return (
    (fault.method === undefined || fault.method === method) && (fault.path === undefined || path.includes(fault.path))
  );
}

/** Returns the fault with one call less; none after its last call. */
function decrementTimes(fault: InjectedFault): readonly InjectedFault[] {
  if (fault.times === undefined) return [fault];
  return fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : [];
}

export function createFaultRegistry(): FaultRegistry {
  let faults: readonly InjectedFault[] = [];
  return {
    add: (fault) => {
      faults = [...faults, faultSchema.parse(fault)];
    },
    list: () => faults,
    clear: () => {
      faults = [];
    },
    take: (method, path) => {
      const matched = faults.find((fault) => matches(fault, method, path));
      faults = faults.flatMap((fault) => (fault === matched ? decrementTimes(fault) : [fault]));
      return matched;
    },
  };
}
