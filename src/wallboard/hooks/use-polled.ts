import { useCallback } from 'preact/hooks';
import type { TypedDocument } from '../../../packages/client/src/index.ts';
import type { FeedState } from '../data/feed-state.ts';
import type { FeedSource } from '../data/run-feed.ts';
import { useServices } from './board-context.ts';
import { useFeed } from './use-feed.ts';

/** The answer to a query, read again whenever it can have changed. `variables` must stay the same object while they are equal. */
export function usePolled<Data, Variables>(
  document: TypedDocument<Data, Variables>,
  variables: Variables,
): FeedState<Data> {
  const { client } = useServices();
  const open = useCallback(
    async function* (signal: AbortSignal): FeedSource<Data> {
      // The types cannot say that variables which are given are always accepted.
      const poll = client.poll as (
        ...args: [TypedDocument<Data, Variables>, Variables, { signal: AbortSignal }]
      ) => ReturnType<typeof client.poll<Data, Variables>>;
      for await (const event of poll(document, variables, { signal })) yield { state: 'polling', ...event };
    },
    [client, document, variables],
  );
  return useFeed(open);
}
