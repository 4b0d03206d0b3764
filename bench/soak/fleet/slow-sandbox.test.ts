import { expect, test } from '@jest/globals';
import { createEpisodeLog, type EpisodeSpan } from './episodes.ts';
import { showsOpenCircuit, slowTarget, wasSlow, watchVendor } from './slow-sandbox.ts';

const KORE = {
  sandbox: 'fleet',
  account: { name: 'kore-main', vendor: 'kore', baseUrl: 'http://127.0.0.1:1' },
} as const;

test('records a slow vendor until it is fast and no circuit is open', async () => {
  let now = 0;
  const log = createEpisodeLog(() => now);
  const circuits = [true, true, false];
  const seen: EpisodeSpan[] = [];
  let pings = 0;
  const ping = async () => {
    pings += 1;
    // The first answer comes once the episode has begun.
    while (log.spans().length === 0) await new Promise(setImmediate);
    now = 3000;
  };
  const wait = () => Promise.resolve();
  const hasOpenCircuit = () => {
    seen.push(...log.spans());
    now += 1000;
    return Promise.resolve(circuits.shift() ?? false);
  };
  await watchVendor(KORE, { ping, hasOpenCircuit, wait }, log, () => pings < 2);
  expect(seen.map(({ to }) => to)).toEqual([Infinity, Infinity, Infinity]);
  expect(log.spans()).toEqual([{ target: slowTarget('kore'), name: 'fleet', from: 0, to: 6000 }]);
});

test('reads the open circuits of an account from the metrics', () => {
  const line = (account: string, state: number) =>
    `x 1\nswitchboard_circuit_state{account="${account}",endpoint="e"} ${state}\ny 2`;
  expect(showsOpenCircuit([line('vcc', 0), line('vcc', 2)], 'vcc')).toBe(true);
  expect(showsOpenCircuit([line('vcc', 1)], 'vcc')).toBe(true);
  expect(showsOpenCircuit([line('vcc', 0), line('kore-main', 2)], 'vcc')).toBe(false);
});

test('excuses the vendor that was slow, in its sandbox, and for 15 seconds more', () => {
  let now = 0;
  const log = createEpisodeLog(() => now);
  const end = log.begin(slowTarget('kore'), 'fleet');
  now = 10_000;
  end();
  const kore = { sandbox: 'fleet', vendor: 'kore' };
  expect(wasSlow(log, kore, 5000, 6000)).toBe(true);
  expect([wasSlow(log, kore, 25_000, 26_000), wasSlow(log, kore, 25_001, 26_000)]).toEqual([true, false]);
  expect(wasSlow(log, { ...kore, vendor: 'vonage' }, 5000, 6000)).toBe(false);
  expect(wasSlow(log, { ...kore, sandbox: 'single' }, 5000, 6000)).toBe(false);
});
