import { expect, test } from '@jest/globals';
import {
  applyFeedEvent,
  applyTime,
  type FeedEvent,
  type FeedState,
  GONE_AFTER_MS,
  INITIAL_FEED,
} from './feed-state.ts';

function data(value: string, transport: 'live' | 'polling' = 'live'): FeedEvent<string> {
  return { type: 'data', data: value, transport };
}
const trouble: FeedEvent<string> = { type: 'trouble', code: 'NETWORK_ERROR', message: 'out of reach' };

function play(...events: readonly (readonly [number, FeedEvent<string>])[]): FeedState<string> {
  return events.reduce<FeedState<string>>((state, [at, event]) => applyFeedEvent(state, event, at), INITIAL_FEED);
}

test('is live with a stream and polling without', () => {
  expect(play([1, data('a')])).toMatchObject({ phase: 'live', data: 'a', receivedAt: 1 });
  expect(play([1, data('a', 'polling')])).toMatchObject({ phase: 'polling' });
});

test('keeps the last answer while it reconnects, and is gone after half a minute', () => {
  const failing = play([1, data('a')], [10, trouble], [20, trouble]);
  expect(failing).toMatchObject({ phase: 'reconnecting', data: 'a', receivedAt: 1, failingSince: 10 });
  expect(applyTime(failing, 10 + GONE_AFTER_MS - 1)).toBe(failing);
  expect(applyTime(failing, 10 + GONE_AFTER_MS)).toMatchObject({ phase: 'gone', data: 'a' });
  expect(applyFeedEvent(failing, data('b'), 50)).toMatchObject({ phase: 'live', failingSince: null, error: null });
});

test('is refused with the words of the gateway', () => {
  const refused = play([1, { type: 'refused', code: 'UNAUTHENTICATED', message: 'no key' }]);
  expect(refused).toMatchObject({ phase: 'refused', error: { code: 'UNAUTHENTICATED', message: 'no key' } });
});
