import type { Instant } from '../domain/clock.ts';

/** A call that a fake vendor received. */
export interface ReceivedCall {
  readonly method: string;
  /** Includes the query string. */
  readonly path: string;
  /** The response's status; null until it is sent, or if the connection was dropped before. */
  readonly status: number | null;
  readonly at: Instant;
}

/** Bounds the memory of a sandbox under load for days; far more calls than a person reads or a test makes. */
const MAX_LOGGED_CALLS = 100_000;

export interface CallLog {
  list(): readonly ReceivedCall[];
  clear(): void;
  /** Records a call; the returned function records the status of its response. */
  record(method: string, path: string, at: Instant): (status: number) => void;
}

/** Creates a log of the latest calls, oldest first. */
export function createCallLog(): CallLog {
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
}
