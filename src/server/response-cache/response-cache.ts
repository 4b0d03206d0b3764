import { type Clock, type Instant, toMonotonicMs } from '../../domain/clock.ts';
import { createRecentTexts } from '../../domain/recent-texts.ts';
import type { ResponseReuse } from '../../request/response-reuse.ts';
import type { ResponseRead } from '../ports.ts';
import { createEncodableBody } from './encodable-body.ts';
import { createEntryVersions, type Dependencies } from './entry-versions.ts';
import { type SharedExecution, startSharedExecution } from './shared-execution.ts';
import { createStoredResponses, type ReadyResponse, type ResponseStoreUse } from './stored-responses.ts';

/** What an execution returns. */
export interface ExecutedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** The operation's name for the log. */
  readonly operation: string | undefined;
  readonly reuse: ResponseReuse;
  /** When its shortest-lived part ends; null: none of its parts expires. */
  readonly expiresAt: Instant | null;
  /** Whether it took vendor calls: without, it costs little to make it again. */
  readonly hasCalledVendors: boolean;
}

/** Executes a request, unless its clients disconnect, and reports the cache entries that it reads. */
export type Execute = (disconnected: AbortSignal, onEntriesRead?: OnEntriesRead) => Promise<ExecutedResponse>;

/** Receives the ids of the cache entries that a response depends on, as they are read. */
export type OnEntriesRead = Dependencies['add'];

/** A response, and where it comes from. */
export interface Answer {
  readonly response: ReadyResponse;
  readonly source: 'stored' | 'collapsed' | 'executed-and-stored' | 'executed';
}

/**
 * Keeps the bytes of responses, so that a repeated query is answered without being parsed or executed. A response is valid until
 * its shortest-lived part ends, or one of the cache entries that it depends on is written again. What has an error, is
 * stale or being revalidated, or depends on the time of the request is not stored; nor is what took no vendor call, until it is
 * executed again: most such queries are never repeated, and storing a response costs up to a seventh of making it.
 */
export interface ResponseCache {
  readonly find: (key: string) => Answer | undefined;
  /** Executes a request, or waits for another one with the same key where its response may serve both. */
  readonly execute: (key: string, disconnected: AbortSignal, execute: Execute) => Promise<Answer>;
  /** Call it for every entry of the cache below that is written. */
  readonly entryWritten: (id: string) => void;
  /** Drops every response, also those that are being executed: they are sent, but neither stored nor shared. Returns how many were stored. */
  readonly clear: () => number;
  readonly use: () => ResponseStoreUse;
}

export interface ResponseCacheOptions {
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly onRead: (result: ResponseRead) => void;
}

/** Of the bytes for responses, those for the keys of queries that may be repeated: at most twice as many. */
const KEYS_SHARE = 1 / 32;

interface Execution {
  readonly answer: Answer;
  /** Whether the response may be sent to the requests that waited for it. */
  readonly isShareable: boolean;
}

export function createResponseCache({ maxBytes, clock, onRead }: ResponseCacheOptions): ResponseCache {
  const stored = createStoredResponses(maxBytes, clock);
  const hasBeenExecuted = createRecentTexts(maxBytes * KEYS_SHARE);
  const { startDependencies, entryWritten } = createEntryVersions(maxBytes);
  const running = new Map<string, SharedExecution<Execution>>();
  let clearings = 0;

  async function run(key: string, signal: AbortSignal, execute: Execute): Promise<Execution> {
    const isRepeated = hasBeenExecuted(key);
    const dependencies = startDependencies();
    const clearingsBefore = clearings;
    const executed = await execute(signal, dependencies.add);
    const response = toReadyResponse(executed, clock);
    const isCurrent = clearings === clearingsBefore && dependencies.areCurrent();
    const isShareable = executed.reuse !== 'none' && isCurrent && response.validUntilMs > clock.monotonicMs();
    const isStored = isShareable && executed.reuse === 'lasting' && (executed.hasCalledVendors || isRepeated);
    if (!isStored) return { answer: { response, source: 'executed' }, isShareable };
    const storedResponse = stored.add(key, response, dependencies);
    return { answer: { response: storedResponse, source: 'executed-and-stored' }, isShareable };
  }

  /** Null where the response serves one request only, or the execution failed. */
  async function join(execution: SharedExecution<Execution>, disconnected: AbortSignal): Promise<Answer | null> {
    const result = await execution.join(disconnected).catch(() => null);
    return result?.isShareable ? { ...result.answer, source: 'collapsed' } : null;
  }

  return {
    find(key) {
      const response = stored.find(key);
      if (!response) return undefined;
      onRead('hit');
      return { response, source: 'stored' };
    },
    async execute(key, disconnected, execute) {
      const other = running.get(key);
      const answer = other && (await join(other, disconnected));
      onRead(answer ? 'collapsed' : 'miss');
      if (answer) return answer;
      // It may be one of several that have just waited without success: they do not wait again.
      if (other) return (await run(key, disconnected, execute)).answer;
      const execution = startSharedExecution(disconnected, (signal) => run(key, signal, execute));
      running.set(key, execution);
      try {
        return (await execution.result).answer;
      } finally {
        if (running.get(key) === execution) running.delete(key);
      }
    },
    entryWritten,
    clear() {
      const { entries } = stored.use();
      clearings += 1;
      stored.clear();
      running.clear();
      return entries;
    },
    use: stored.use,
  };
}

/** Measures the lifetime with the monotonic clock. */
function toReadyResponse(
  { bytes, expiresAt, status, headers, operation }: ExecutedResponse,
  clock: Clock,
): ReadyResponse {
  const validUntilMs = toMonotonicMs(expiresAt, clock);
  return { status, headers, operation, body: createEncodableBody(bytes), validUntilMs };
}
