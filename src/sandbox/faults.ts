import { z } from 'zod';

const FAULT_KINDS = ['hang', 'cut', 'malformed', 'down', 'html'] as const;

/** What a vendor is to do wrong, for the calls that it matches. */
export const faultSchema = z
  .strictObject({
    /** Part of the path or query of the calls to spoil; all calls if absent. */
    path: z.string().min(1).optional(),
    method: z.string().toUpperCase().optional(),
    /** How many calls to spoil; all until further notice if absent. */
    times: z.int().min(1).optional(),
    delayMs: z.number().min(0).optional(),
    status: z.int().min(200).max(599).optional(),
    /** Sent as it is if a text, else as JSON. */
    body: z.json().optional(),
    headers: z.record(z.string().regex(/^[\w-]+$/), z.string().regex(/^[\t\x20-\x7e]*$/)).optional(),
    /** Seconds or a date for `Retry-After`; the status is then 429 unless given. */
    retryAfter: z.union([z.number(), z.string().regex(/^[\x20-\x7e]+$/)]).optional(),
    /**
     * hang: no answer at all. down: the connection is dropped at once. cut: dropped in the middle of the answer.
     * malformed: an answer that does not parse. html: a page, with status 502 unless given.
     */
    kind: z.enum(FAULT_KINDS).optional(),
  })
  .refine(
    ({ delayMs, status, body, headers, retryAfter, kind }) =>
      [delayMs, status, body, headers, retryAfter, kind].some((effect) => effect !== undefined),
    'does nothing: give at least one of kind, status, body, headers, retryAfter, delayMs',
  );

export type InjectedFault = z.infer<typeof faultSchema>;

export interface FaultRegistry {
  add(fault: InjectedFault): void;
  /** Those that are left, in the order in which they apply; `times` is what remains. */
  list(): readonly InjectedFault[];
  clear(): void;
  /** The first that matches the call, which uses it up by one. */
  take(method: string, path: string): InjectedFault | undefined;
}

const matches = (fault: InjectedFault, method: string, path: string): boolean =>
  (fault.method === undefined || fault.method === method) && (fault.path === undefined || path.includes(fault.path));

/** A call less to go: nothing remains of a fault that was for one call. */
const decrementTimes = (fault: InjectedFault): readonly InjectedFault[] => {
  if (fault.times === undefined) return [fault];
  return fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : [];
};

export const createFaultRegistry = (): FaultRegistry => {
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
};
