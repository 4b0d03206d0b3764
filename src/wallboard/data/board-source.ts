import { type Client, RequestError } from '../../../packages/client/src/index.ts';
import { BoardDocument, BoardLiveDocument, type BoardQuery } from '../generated/documents.ts';
import type { FieldFailure } from '../model/board-agent.ts';
import { findFieldFailures } from '../model/field-failures.ts';
import type { FeedSource } from './run-feed.ts';

/** The list, and why fields of its people are null. */
export interface BoardAnswer extends BoardQuery {
  /** By the place of the person in the list. */
  readonly failures: ReadonlyMap<number, readonly FieldFailure[]>;
}

/** The most that one list returns. */
export const MAX_PEOPLE = 1000;

/**
 * The people, by a live query; where no stream comes through, by the query with the same answer. Reading the interactions costs a vendor call for each of them: where that is more than the gateway allows, the list is
 * read without.
 */
export async function* openBoard(client: Client, signal: AbortSignal): FeedSource<BoardAnswer> {
  try {
    yield* watchBoard(client, true, signal);
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'QUERY_TOO_COMPLEX') throw error;
    yield* watchBoard(client, false, signal);
  }
}

async function* watchBoard(client: Client, withInteractions: boolean, signal: AbortSignal): FeedSource<BoardAnswer> {
  const documents = { live: BoardLiveDocument, poll: BoardDocument };
  for await (const event of client.watch(documents, { first: MAX_PEOPLE, withInteractions }, { signal })) {
    if (!event.result) {
      yield event;
      continue;
    }
    const { data, errors } = event.result;
    yield { ...event, result: { data: { ...data, failures: findFieldFailures(errors) } } };
  }
}
