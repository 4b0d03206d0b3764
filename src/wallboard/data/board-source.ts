import { type Client, RequestError } from '../../../packages/client/src/index.ts';
import { BoardDocument, BoardLiveDocument, type BoardQuery } from '../generated/documents.ts';
import type { FeedSource } from './run-feed.ts';

/** The most that one list returns. */
export const MAX_PEOPLE = 1000;

/**
 * The people, by a live query; where no stream comes through, by the query with the same answer. Reading the interactions costs a vendor call for each of them: where that is more than the gateway allows, the list is
 * read without.
 */
export async function* openBoard(client: Client, signal: AbortSignal): FeedSource<BoardQuery> {
  try {
    yield* watchBoard(client, true, signal);
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'QUERY_TOO_COMPLEX') throw error;
    yield* watchBoard(client, false, signal);
  }
}

function watchBoard(client: Client, withInteractions: boolean, signal: AbortSignal): FeedSource<BoardQuery> {
  return client.watch(
    { live: BoardLiveDocument, poll: BoardDocument },
    { first: MAX_PEOPLE, withInteractions },
    { signal },
  );
}
