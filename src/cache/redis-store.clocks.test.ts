/** @needs redis-server */
import { afterEach, describe, expect, test } from '@jest/globals';
import { toPatientClock, waitUntil } from '../../test/support/cache-harness.ts';
import { toRedisAddress } from '../../test/support/redis-address.ts';
import { createRedisStores, patientClock } from '../../test/support/redis-store-harness.ts';
import { systemClock } from '../domain/clock.ts';
import { createFleet, type Fleet } from './fleet.ts';

const HOUR_MS = 3_600_000;
const { redis, connect, keyNames } = createRedisStores();

function entryOf(value: string, fetchedAt: number) {
  return { value, fetchedAt, freshUntil: fetchedAt + 15_000, expiresAt: fetchedAt + HOUR_MS };
}

describe('writes of an older and a younger answer', () => {
  test('keep the younger one, whichever comes last', async () => {
    const [first, second] = [connect(patientClock), connect(patientClock)];
    const now = Date.now();
    await second.set('a', entryOf('younger', now));
    await first.set('a', entryOf('older', now - 5000));
    expect(await second.getMany(['a'])).toMatchObject([{ value: 'younger' }]);
    await first.set('a', entryOf('youngest', now + 1));
    expect(await second.getMany(['a'])).toMatchObject([{ value: 'youngest' }]);
  });

  test('replace an entry of a clock that was an hour ahead', async () => {
    const store = connect(patientClock);
    const now = Date.now();
    await store.set('a', entryOf('ahead', now + HOUR_MS));
    await store.set('a', entryOf('present', now));
    expect(await store.getMany(['a'])).toMatchObject([{ value: 'present' }]);
  });
});

describe('gateways whose clocks differ by an hour', () => {
  const fleets: Fleet[] = [];
  afterEach(async () => {
    await Promise.all(fleets.splice(0).map((fleet) => fleet.close()));
  });

  function startGateway(leadMs: number) {
    const now = (): number => Date.now() + leadMs;
    const fleet = createFleet({
      address: toRedisAddress(redis().url),
      maxBytes: 1e6,
      clock: toPatientClock({ ...systemClock, now }),
      observer: { onError: () => undefined },
    });
    fleets.push(fleet);
    return { ...fleet, now };
  }

  test.each([
    ['ahead', HOUR_MS, 0],
    ['behind', -HOUR_MS, 0],
    ['ahead of one that is behind', HOUR_MS, -HOUR_MS],
  ])('share entries that keep their age: the writer is %s', async (_name, writerLeadMs, readerLeadMs) => {
    const [writer, reader] = [startGateway(writerLeadMs), startGateway(readerLeadMs)];
    // Each knows the time of Redis as soon as it has announced itself.
    await waitUntil(async () => (await redis().command('ZCARD', await fleetKey())).startsWith(':2'));
    await waitUntil(async () => {
      await writer.store.set('a', entryOf('A', writer.now() - 5000));
      const [found] = await reader.store.getMany(['a']);
      const ageMs = found ? reader.now() - found.fetchedAt : 0;
      return ageMs >= 4000 && ageMs < 60_000;
    });
  });

  async function fleetKey(): Promise<string> {
    return (await keyNames()).find((name) => name.includes('processes')) ?? 'none';
  }
});
