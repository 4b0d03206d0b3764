import type { Instant } from '../domain/clock.ts';

/** A call that a fake vendor was sent. */
export interface ReceivedCall {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** What was answered; null while nothing is, or where the connection was lost before that. */
  readonly status: number | null;
  readonly at: Instant;
}

/** Far more than a person looks at or a test makes, so that a sandbox under load for days stays small. */
const MAX_LOGGED_CALLS = 100_000;

export interface CallLog {
  list(): readonly ReceivedCall[];
  clear(): void;
  /** Notes a call that has come in; the returned function notes its answer. */
  record(method: string, path: string, at: Instant): (status: number) => void;
}

/** The latest calls, oldest first. */
export const createCallLog = (): CallLog => {
  const calls = new Map<number, ReceivedCall>();
  let nextId = 0;
  return {
    list: () => [...calls.values()],
    clear: () => {
      calls.clear();
    },
    record: (method, path, at) => {
      const id = nextId++;
      calls.set(id, { method, path, status: null, at });
      calls.delete(id - MAX_LOGGED_CALLS);
      return (status) => {
        if (calls.has(id)) calls.set(id, { method, path, status, at });
      };
    },
  };
};
