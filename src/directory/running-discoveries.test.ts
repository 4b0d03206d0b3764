import { expect, test } from '@jest/globals';
import { flushPromises } from '../../test/support/flush-promises.ts';
import type { CacheConditions } from '../http/types.ts';
import { createRunningDiscoveries } from './running-discoveries.ts';

const AFTER_5 = { notBeforeMs: 5 };

test.each<[CacheConditions | undefined, CacheConditions | undefined, boolean]>([
  [undefined, undefined, true],
  [AFTER_5, undefined, false],
  [undefined, AFTER_5, false],
  [AFTER_5, AFTER_5, true],
  [AFTER_5, { notBeforeMs: 4 }, true],
  [AFTER_5, { notBeforeMs: 6 }, false],
  [AFTER_5, { freshUntilMs: 100, renewedSinceMs: 5 }, false],
  [{ freshUntilMs: 100, renewedSinceMs: 5 }, AFTER_5, false],
  [{ freshUntilMs: 100, renewedSinceMs: 5 }, { freshUntilMs: 90, renewedSinceMs: 5 }, true],
  [{ freshUntilMs: 100, renewedSinceMs: 5 }, { freshUntilMs: 90, renewedSinceMs: 6 }, false],
])(
  'a discovery begun at 5 that accepts %j may be joined by a reader that accepts %j: %s',
  (ofRunning, accepts, may) => {
    const discoveries = createRunningDiscoveries();
    const running = { result: new Promise<never>(() => undefined), startedAtMs: 5, accepts: ofRunning };
    discoveries.add('kore', running);
    expect(discoveries.find('kore', accepts)).toBe(may ? running : undefined);
    expect(discoveries.find('lp', accepts)).toBeUndefined();
  },
);

test('keeps a discovery until it ends, and the others of the account', async () => {
  const discoveries = createRunningDiscoveries<string>();
  const plain = Promise.withResolvers<string>();
  const renewing = { result: new Promise<never>(() => undefined), startedAtMs: 0, accepts: { notBeforeMs: 0 } };
  discoveries.add('kore', { result: plain.promise, startedAtMs: 0 });
  discoveries.add('kore', renewing);
  plain.resolve('ended');
  await flushPromises();
  expect(discoveries.find('kore', undefined)).toBeUndefined();
  expect(discoveries.find('kore', { notBeforeMs: 0 })).toBe(renewing);
});
