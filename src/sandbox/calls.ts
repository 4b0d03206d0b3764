import type { Instant } from '../domain/clock.ts';

/** A call that a fake vendor was sent. */
export interface Call {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** What was answered; null while nothing is, or where the connection was lost before that. */
  readonly status: number | null;
  readonly at: Instant;
}

/** Far more than a person looks at or a test makes, so that a sandbox under load for days stays small. */
const KEPT = 100_000;

export interface CallLog {
  list(): readonly Call[];
  clear(): void;
  /** Notes a call that has come in; the returned function notes its answer. */
  begin(method: string, path: string, at: Instant): (status: number) => void;
}

/** The latest calls, oldest first. */
export const createCallLog = (): CallLog => {
  const calls = new Map<number, Call>();
  let begun = 0;
  return {
    list: () => [...calls.values()],
    clear: () => {
      calls.clear();
    },
    begin: (method, path, at) => {
      const id = begun++;
      calls.set(id, { method, path, status: null, at });
      calls.delete(id - KEPT);
      return (status) => {
        if (calls.has(id)) calls.set(id, { method, path, status, at });
      };
    },
  };
};
