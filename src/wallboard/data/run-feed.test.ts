import { expect, test } from '@jest/globals';
import { RequestError } from '../../../packages/client/src/index.ts';
import type { FeedEvent } from './feed-state.ts';
import { runFeed, type SourceEvent } from './run-feed.ts';

function failure(code: string) {
  return new RequestError(`is ${code}`, code, { status: null });
}

/** Runs sources one after another, and ends with the last one. */
async function play(...sources: readonly (readonly (SourceEvent<string> | RequestError)[])[]) {
  const events: FeedEvent<string>[] = [];
  const controller = new AbortController();
  let opened = 0;
  let pauses = 0;
  await runFeed<string>({
    open: async function* () {
      const source = sources[opened++] ?? [];
      for (const event of source) {
        if (event instanceof RequestError) throw event;
        yield await Promise.resolve(event);
      }
    },
    emit: (event) => events.push(event),
    pause: () => {
      pauses += 1;
      if (opened === sources.length) controller.abort();
      return Promise.resolve();
    },
    signal: controller.signal,
  });
  return { events, pauses };
}

test('reports answers with their transport, and failures that pass', async () => {
  const { events } = await play([
    { state: 'live', result: { data: 'a' }, error: null },
    { state: 'reconnecting', result: null, error: null },
    { state: 'polling', result: null, error: failure('OVERLOADED') },
  ]);
  expect(events).toEqual([
    { type: 'data', data: 'a', transport: 'live' },
    { type: 'trouble', code: 'STREAM_ENDED', message: 'The stream has ended.' },
    { type: 'trouble', code: 'OVERLOADED', message: 'is OVERLOADED' },
  ]);
});

test('opens the source again after a failure that no repetition inside it cures', async () => {
  const { events, pauses } = await play(
    [failure('INTERNAL_SERVER_ERROR')],
    [{ state: 'polling', result: { data: 'b' }, error: null }],
  );
  expect(events.map(({ type }) => type)).toEqual(['trouble', 'data']);
  expect(pauses).toBe(2);
});

test.each(['UNAUTHENTICATED', 'FORBIDDEN'])('ends where the gateway refuses the caller: %s', async (code) => {
  const { events, pauses } = await play([failure(code)], []);
  expect(events).toEqual([{ type: 'refused', code, message: `is ${code}` }]);
  expect(pauses).toBe(0);
});
