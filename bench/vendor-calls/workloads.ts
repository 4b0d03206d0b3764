import type { Instant } from '../../src/domain/clock.ts';
import type { CheckedQuery } from './queries.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;
export const POLL_INTERVAL_MS = 5000;

/** One wallboard per gateway, all with the same poll interval. `isStaggered` spreads their polls evenly over the interval. */
export async function pollWallboards(
  world: World,
  query: CheckedQuery,
  { minutes, isStaggered }: { readonly minutes: number; readonly isStaggered: boolean },
): Promise<readonly Instant[]> {
  const polls: Instant[] = [];
  const end = world.clock.now() + minutes * MINUTE;
  const step = isStaggered ? POLL_INTERVAL_MS / world.gateways.length : POLL_INTERVAL_MS;
  for (let nth = 0; world.clock.now() < end; nth++) {
    const nextGateway = world.gateways[nth % world.gateways.length];
    const polled = isStaggered && nextGateway ? [nextGateway] : world.gateways;
    polls.push(...polled.map(() => world.clock.now()));
    await Promise.all(polled.map((gateway) => query(gateway, world)));
    await world.waitUntilIdle();
    world.clock.advance(step);
  }
  return polls;
}

/** Sends report queries to one gateway after another, ten minutes apart. */
export async function runReports(world: World, queries: readonly CheckedQuery[]): Promise<readonly Instant[]> {
  const polls: Instant[] = [];
  for (const query of queries) {
    for (const gateway of world.gateways) {
      polls.push(world.clock.now());
      await query(gateway, world);
      await world.waitUntilIdle();
      world.clock.advance(10 * MINUTE);
    }
  }
  return polls;
}

/** Sends the same query `size` times concurrently to a gateway with a cold cache. */
export async function burst(world: World, query: CheckedQuery, size: number): Promise<readonly Instant[]> {
  const at = world.clock.now();
  const [gateway] = world.gateways;
  if (gateway) await Promise.all(Array.from({ length: size }, () => query(gateway, world)));
  return Array<Instant>(size).fill(at);
}
