import { expect, test } from '@jest/globals';
import { createLocalPurges } from './fleet-purges.ts';

test('a process that shares nothing is all that has to hear', async () => {
  let drops = 0;
  const purges = createLocalPurges();
  purges.onPurge(() => {
    throw new Error('of no other process');
  });
  const report = await purges.publish([{ idPrefix: '[', agents: null, from: null, to: null }], () => (drops += 1));
  expect([report, drops]).toEqual([{ processes: 1, heard: 1, complete: true }, 1]);
  await purges.close();
});
