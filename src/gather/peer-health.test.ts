import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import type { HealthSummary } from './health-summary.ts';
import { createPeerHealth } from './peer-health.ts';
import type { PeerText } from './ports.ts';

const OWN: HealthSummary = {
  successes: 1,
  failures: 0,
  sinceSuccessMs: 0,
  sinceFailureMs: null,
  failuresInARow: 0,
  lastError: null,
  sinceKnownAgentMs: 0,
  unknownAgents: 0,
};

function setUp() {
  const clock = manualClock();
  const writes: (string | null)[] = [];
  const state: { peers: readonly PeerText[] | null } = { peers: [] };
  const exchange = (own: string | null) => {
    writes.push(own);
    return Promise.resolve(state.peers);
  };
  const health = createPeerHealth({ exchange }, clock, () => OWN);
  return { clock, writes, state, health };
}

test('writes what is urgent at once, and the rest at most once in five seconds', () => {
  const { clock, writes, health } = setUp();
  health.publish({ isUrgent: true });
  for (let i = 0; i < 100; i += 1) health.publish({ isUrgent: false });
  expect(writes).toEqual([JSON.stringify(OWN)]);
  clock.advance(4999);
  expect(writes).toHaveLength(1);
  clock.advance(1);
  expect(writes).toHaveLength(2);
  clock.advance(60_000);
  expect(writes).toHaveLength(2);
});

test('writes with a refresh what is not written yet, at most once a second, and otherwise only reads', async () => {
  const { clock, writes, health } = setUp();
  health.publish({ isUrgent: true });
  health.publish({ isUrgent: false });
  await health.refresh();
  clock.advance(1000);
  await health.refresh();
  await health.refresh();
  expect(writes).toEqual([JSON.stringify(OWN), null, JSON.stringify(OWN), null]);
  clock.advance(60_000);
  expect(writes).toHaveLength(4);
});

test('returns the summaries of the others as old as they are, and keeps them while the store is away', async () => {
  const { clock, state, health } = setUp();
  state.peers = [
    { text: JSON.stringify(OWN), ageMs: 700 },
    { text: '{"successes":"many"}', ageMs: 0 },
    { text: '{', ageMs: 0 },
  ];
  await health.refresh();
  expect(health.summaries()).toEqual([{ ...OWN, sinceSuccessMs: 700, sinceKnownAgentMs: 700 }]);
  state.peers = null;
  clock.advance(300);
  await health.refresh();
  expect(health.summaries()).toMatchObject([{ sinceSuccessMs: 1000 }]);
});

test('writes again with a refresh what the store could not receive', async () => {
  const { clock, writes, state, health } = setUp();
  state.peers = null;
  health.publish({ isUrgent: true });
  await flushPromises();
  state.peers = [];
  clock.advance(1000);
  await health.refresh();
  await health.refresh();
  expect(writes).toEqual([JSON.stringify(OWN), JSON.stringify(OWN), null]);
});

test('writes nothing after it is closed', async () => {
  const { clock, writes, health } = setUp();
  health.publish({ isUrgent: true });
  health.publish({ isUrgent: false });
  health.close();
  health.publish({ isUrgent: true });
  clock.advance(60_000);
  await flushPromises();
  expect(writes).toHaveLength(1);
  expect(clock.pendingTimers()).toBe(0);
});
