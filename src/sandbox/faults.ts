import { z } from 'zod';

const kinds = ['hang', 'cut', 'malformed', 'down', 'html'] as const;

/** What a vendor is to do wrong, for the calls that it matches. */
export const faultShape = z
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
    kind: z.enum(kinds).optional(),
  })
  .refine(
    ({ delayMs, status, body, headers, retryAfter, kind }) =>
      [delayMs, status, body, headers, retryAfter, kind].some((effect) => effect !== undefined),
    'does nothing: give at least one of kind, status, body, headers, retryAfter, delayMs',
  );

export type Fault = z.infer<typeof faultShape>;

export interface Faults {
  add(fault: Fault): void;
  /** Those that are left, in the order in which they apply; `times` is what remains. */
  list(): readonly Fault[];
  clear(): void;
  /** The first that matches the call, which uses it up by one. */
  take(method: string, path: string): Fault | undefined;
}

const matches = (fault: Fault, method: string, path: string): boolean =>
  (fault.method === undefined || fault.method === method) && (fault.path === undefined || path.includes(fault.path));

/** A call less to go: nothing remains of a fault that was for one call. */
const spend = (fault: Fault): readonly Fault[] => {
  if (fault.times === undefined) return [fault];
  return fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : [];
};

export const createFaults = (): Faults => {
  let faults: readonly Fault[] = [];
  return {
    add: (fault) => {
      faults = [...faults, faultShape.parse(fault)];
    },
    list: () => faults,
    clear: () => {
      faults = [];
    },
    take: (method, path) => {
      const taken = faults.find((fault) => matches(fault, method, path));
      faults = faults.flatMap((fault) => (fault === taken ? spend(fault) : [fault]));
      return taken;
    },
  };
};
