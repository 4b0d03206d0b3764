import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { steppedClock } from '../support/clock.ts';
import { NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld(steppedClock(NOW));
});
afterEach(() => world.stop());

/** A connection and its ten agents are eleven objects. */
const QUERY = '{ agents(first: 10) { nodes { key } } }';
function withLimit(raw: RawConfig): RawConfig {
  return { ...raw, limits: { maxResponseObjects: 11 } };
}

test('the objects of a response count once, however often the configuration has been reloaded', async () => {
  const gateway = await world.startGateway(withLimit);
  for (let reloads = 0; reloads < 5; reloads += 1) {
    expect((await gateway.query(QUERY)).errors).toBeUndefined();
    await gateway.reconfigure(withLimit);
  }
});
