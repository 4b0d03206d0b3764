import { expect, test } from '@jest/globals';
import {
  connectLivePerson,
  createScriptedVendor,
  instantAt,
  LATE_FILE,
  MAY_10,
  THREE_FILES,
} from '../../../test/support/scripted-liveperson.ts';

const outcomeOf = async (files: Parameters<typeof createScriptedVendor>[0]) => {
  const { data, sources } = await connectLivePerson(createScriptedVendor(files)).open().sessions('9', MAY_10);
  return [data[0]?.events.length ?? 0, sources[0]?.outcome, sources[0]?.error?.message ?? null];
};

test('merges the content of all files of a window', async () => {
  expect(await outcomeOf(THREE_FILES)).toEqual([6, 'OK', null]);
});

test('reports each kind of gap once, failed files before rejected links', async () => {
  const files = [
    { ...LATE_FILE, href: 'https://evil.example/late.gz' },
    { name: 'lost', generated: instantAt('10T18:00:00'), reply: { status: 503 } },
    ...THREE_FILES.slice(1),
  ];
  const [events, outcome, message] = await outcomeOf(files);
  expect([events, outcome]).toEqual([5, 'PARTIAL']);
  expect(message).toMatch(/^1 of 4 files are missing: .* 1 file links were rejected, .*: host\.$/);
});
