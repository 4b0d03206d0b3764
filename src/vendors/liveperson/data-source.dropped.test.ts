import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { createActivityDocument } from '../../../test/support/liveperson-documents.ts';
import {
  connectLivePerson,
  createScriptedVendor,
  type GeneratedFile,
  LATE_FILE,
  MAY_10,
  SHIFT_EVENTS,
  THREE_FILES,
} from '../../../test/support/scripted-liveperson.ts';

async function readDropped(files: readonly GeneratedFile[], takeFileBudget = (wanted: number) => wanted) {
  const harness = connectLivePerson(createScriptedVendor(files));
  await harness.open({ takeFileBudget }).sessions('9', MAY_10);
  return harness.dropped;
}

test('reports links that are refused', async () => {
  const files = [{ ...LATE_FILE, href: 'https://evil.example/late.gz' }, ...THREE_FILES.slice(1)];
  expect(await readDropped(files)).toEqual([['agentActivity', 'link_refused', 1]]);
});

test('reports files beyond the limit of a query', async () => {
  expect(await readDropped(THREE_FILES, () => 1)).toEqual([['agentActivity/file', 'file_limit', 2]]);
});

test('reports what a file lacks: records of another account, unreadable ones, and the cut file itself', async () => {
  const document = (account?: string) =>
    JSON.stringify(
      createActivityDocument([{ session: '75555851-1', events: SHIFT_EVENTS }], account ? { account } : {}),
    );
  const body = `${document()}\n{"a":1}\n${document('28045150')}\n${document().slice(0, -9)}`;
  const [late, ...rest] = THREE_FILES;
  const files = [{ ...LATE_FILE, ...late, reply: { status: 200, body: gzipSync(body) } }, ...rest];
  expect(await readDropped(files)).toEqual([
    ['agentActivity/file', 'contract', 1],
    ['agentActivity/file', 'foreign_account', 1],
    ['agentActivity/file', 'file_malformed', 1],
  ]);
});
