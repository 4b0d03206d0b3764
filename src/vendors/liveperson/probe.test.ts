import { expect, test } from '@jest/globals';
import type { CallContext } from '../../http/types.ts';
import type { Client } from './client.ts';
import { probe } from './probe.ts';

test('asks for the list of the last hour’s files, and downloads none', async () => {
  const windows: unknown[] = [];
  const client: Client = {
    list: (...args) => {
      windows.push(args.slice(0, 2));
      return Promise.resolve({ links: ['https://files.example.com/1'], refused: [] });
    },
    file: () => Promise.reject(new Error('downloads a file')),
  };
  const now = Date.parse('2026-11-20T09:30:00Z');
  expect(await probe(client, now, {} as CallContext)).toBe(true);
  const lastHour = { from: Date.parse('2026-11-20T08:30:00Z'), to: now };
  expect(windows).toEqual([[lastHour, lastHour]]);
});
