import { RequestError } from '../../../packages/client/src/index.ts';
import type { FeedEvent, FeedTransport } from './feed-state.ts';

/** An answer, or why there is none at the moment; no error either where the gateway has ended a stream in order. */
export type SourceEvent<Data> =
  | { readonly state: FeedTransport; readonly result: { readonly data: Data }; readonly error: null }
  | { readonly state: FeedTransport | 'reconnecting'; readonly result: null; readonly error: RequestError | null };

/** What a feed reads from. */
export type FeedSource<Data> = AsyncIterable<SourceEvent<Data>>;

export interface FeedOptions<Data> {
  readonly open: () => FeedSource<Data>;
  readonly emit: (event: FeedEvent<Data>) => void;
  /** Resolves when the source is to be opened again after a failure, or the feed is no longer wanted. */
  readonly pause: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** What no repetition changes; another key may. */
const FINAL_CODES: readonly string[] = ['UNAUTHENTICATED', 'FORBIDDEN'];

/**
 * Reports what a source brings. A board runs unattended: it asks again after every failure, except where the gateway refuses the caller.
 */
export async function runFeed<Data>({ open, emit, pause, signal }: FeedOptions<Data>): Promise<void> {
  const isEnded = () => signal.aborted;
  while (!isEnded()) {
    try {
      for await (const { state, result, error } of open()) {
        if (isEnded()) return;
        if (result) emit({ type: 'data', data: result.data, transport: state });
        else emit({ type: 'trouble', ...describe(error) });
      }
    } catch (error) {
      if (isEnded()) return;
      const failure = describe(error);
      const isFinal = FINAL_CODES.includes(failure.code);
      emit({ type: isFinal ? 'refused' : 'trouble', ...failure });
      if (isFinal) return;
    }
    await pause();
  }
}

function describe(error: unknown): { readonly code: string; readonly message: string } {
  if (error === null) return { code: 'STREAM_ENDED', message: 'The stream has ended.' };
  if (error instanceof RequestError) return { code: error.code, message: error.message };
  return { code: 'UNEXPECTED', message: error instanceof Error ? error.message : 'Unexpected failure.' };
}
