import { expect, test } from '@jest/globals';
import type { CallContext } from '../../http/types.ts';
import type { VonageClient } from './client.ts';
import { probe } from './probe.ts';

const context = {} as CallContext;

test('asks for one agent’s latest interactions, and for nothing without an agent', async () => {
  const refs: string[] = [];
  const client: VonageClient = {
    latestInteractions: (ref) => {
      refs.push(ref);
      return Promise.resolve({} as never);
    },
    hasToken: () => false,
  };
  expect(await probe(client, null, context)).toBe(false);
  expect(refs).toEqual([]);
  expect(await probe(client, '01', context)).toBe(true);
  expect(refs).toEqual(['01']);
});
