import { expect, test } from '@jest/globals';
import { createGatewayClock, createObservingFetch } from './gateway-clock.ts';

const LOCAL = Date.UTC(2026, 10, 20, 9, 30);

test('follows the gateway where the local clock is wrong', () => {
  const clock = createGatewayClock(() => LOCAL);
  expect(clock.now()).toBe(LOCAL);
  clock.observe('Fri, 20 Nov 2026 09:40:00 GMT', LOCAL - 100, LOCAL);
  expect(clock.now()).toBe(LOCAL + 600_550);
});

test('keeps its time where a slow answer, such as one that a sleep interrupts, fits it', () => {
  const clock = createGatewayClock(() => LOCAL);
  clock.observe('Fri, 20 Nov 2026 09:30:00 GMT', LOCAL - 8 * 3_600_000, LOCAL);
  expect(clock.now()).toBe(LOCAL);
  clock.observe('Fri, 20 Nov 2026 09:40:00 GMT', LOCAL - 100, LOCAL);
  const corrected = clock.now();
  clock.observe('Fri, 20 Nov 2026 09:40:00 GMT', LOCAL - 20_000, LOCAL);
  expect(clock.now()).toBe(corrected);
});

test('leaves a difference alone that the header is too coarse to show', () => {
  const clock = createGatewayClock(() => LOCAL);
  clock.observe('Fri, 20 Nov 2026 09:30:01 GMT', LOCAL, LOCAL);
  clock.observe(null, LOCAL, LOCAL);
  clock.observe('not a date', LOCAL, LOCAL);
  expect(clock.now()).toBe(LOCAL);
});

test('reads the header of every answer', async () => {
  const clock = createGatewayClock(() => LOCAL);
  const answer = new Response('', { headers: { date: 'Fri, 20 Nov 2026 10:30:00 GMT' } });
  const send = createObservingFetch(
    clock,
    () => LOCAL,
    () => Promise.resolve(answer),
  );
  expect(await send('http://gateway.example/')).toBe(answer);
  expect(clock.now()).toBe(LOCAL + 3_600_500);
});
