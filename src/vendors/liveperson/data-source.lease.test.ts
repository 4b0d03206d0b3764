import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import {
  connectLivePerson,
  createScriptedVendor,
  MAY_10,
  THREE_FILES,
} from '../../../test/support/scripted-liveperson.ts';

test('leaves no listener on the signal of a discovery, which lives as long as the process', async () => {
  const { open } = connectLivePerson(createScriptedVendor(THREE_FILES));
  const { signal } = new AbortController();
  for (let discovery = 0; discovery < 3; discovery++) await open({ signal }).discover();
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('holds memory from the first read of files until the query ends', async () => {
  const { open } = connectLivePerson(createScriptedVendor(THREE_FILES));
  const { signal } = new AbortController();
  const callbacks: (() => void)[] = [];
  const { sessions, statusPeriods } = open({ signal, onClose: (callback) => callbacks.push(callback) });
  expect(callbacks).toHaveLength(0);
  await Promise.all([sessions('9', MAY_10), statusPeriods('9', MAY_10)]);
  expect(callbacks).toHaveLength(1);
});
