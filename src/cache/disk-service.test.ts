import { expect, test } from '@jest/globals';
import { finalEntry, setUpDiskFolder } from '../../test/support/disk-harness.ts';
import type { DiskOperation, DiskReplies, DiskRequests } from './disk-messages.ts';
import { createDiskService } from './disk-service.ts';

const NOW = Date.parse('2026-11-20T09:30:00Z');
const MAX_BYTES = 16_777_216;
const newPath = setUpDiskFolder();

function createClient() {
  const answer = createDiskService();
  return <Type extends DiskOperation>(type: Type, request: DiskRequests[Type]) => {
    const { id, ...reply } = answer({ id: 7, type, request });
    expect(id).toBe(7);
    return reply;
  };
}

test('answers each message with its result, and with how full the file is where that may have changed', () => {
  const send = createClient();
  const path = newPath();
  const use = (entries: number) => expect.objectContaining({ entries, maxBytes: MAX_BYTES });
  const entry = finalEntry('A', NOW);
  expect(send('open', { path, maxBytes: MAX_BYTES, isDamaged: false })).toEqual({
    result: { movedTo: null, use: use(0) },
  });
  expect(send('write', { rows: [{ key: 'a', entry }], now: NOW })).toEqual({ result: { use: use(1) } });
  expect(send('read', { keys: ['a', 'b'], maxBytes: 10 })).toMatchObject({
    result: { entries: [entry, undefined], damagedEntries: 0 },
  });
  const name = expect.any(String) as unknown as string;
  const listed = send('list', { after: -1 }) as { readonly result: DiskReplies['list'] };
  expect(listed.result.rows).toEqual([{ row: 1, name, key: 'a', fetchedAt: NOW }]);
  expect(send('delete', { rows: listed.result.rows })).toEqual({ result: { use: use(0) } });
  expect(send('tidy', { now: NOW })).toEqual({ result: { isDone: true, use: use(0) } });
  expect(send('close', {})).toEqual({ result: null });
});

test('replaces the open file where it is damaged', () => {
  const send = createClient();
  const path = newPath();
  send('open', { path, maxBytes: MAX_BYTES, isDamaged: false });
  send('write', { rows: [{ key: 'a', entry: finalEntry('A', NOW) }], now: NOW });
  expect(send('open', { path, maxBytes: MAX_BYTES, isDamaged: true })).toMatchObject({
    result: { movedTo: `${path}.damaged`, use: { entries: 0 } },
  });
  send('close', {});
});

test('answers with the reason where an operation fails', () => {
  const send = createClient();
  expect(send('read', { keys: ['a'], maxBytes: 10 })).toEqual({ failure: 'other' });
  expect(send('open', { path: '/nowhere/cache.db', maxBytes: MAX_BYTES, isDamaged: false })).toEqual({ failure: 'io' });
});
