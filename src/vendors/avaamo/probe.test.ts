import { expect, test } from '@jest/globals';
import type { CallContext } from '../../http/types.ts';
import type { AvaamoClient } from './client.ts';
import { probe } from './probe.ts';

const context = {} as CallContext;
const now = Date.parse('2026-11-20T09:30:00Z');

test('asks for today’s usage of one bot, and for nothing without a bot', async () => {
  const asked: unknown[] = [];
  const usage: AvaamoClient['usage'] = (botDays) => {
    asked.push(botDays);
    return Promise.resolve({} as never);
  };
  const client = { usage } as AvaamoClient;
  expect(await probe(client, null, now, context)).toBe(false);
  expect(asked).toEqual([]);
  expect(await probe(client, '2041', now, context)).toBe(true);
  expect(asked).toEqual([{ bot: '2041', from: '2026-11-20', to: '2026-11-20', offsetSeconds: 0 }]);
});
