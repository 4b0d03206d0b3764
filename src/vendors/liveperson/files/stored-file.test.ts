import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runAtOnce } from '../../../domain/event-loop-yielder.ts';
import type { FileContent } from './content.ts';
import { GROUP_SIZE, isIntactFile, openFile, storedSize, toStoredFile } from './stored-file.ts';

const name = fc.option(fc.string({ unit: 'grapheme', maxLength: 5 }), { nil: null });
const agent = fc.record({
  names: fc.record({ at: fc.nat(), loginName: name, nickname: name, userName: name }),
  records: fc.string({ maxLength: 30 }),
});
const content: fc.Arbitrary<FileContent> = fc.record({
  agents: fc.dictionary(fc.integer().map(String), agent, { maxKeys: 5 }),
  logins: fc.dictionary(fc.string(), fc.array(fc.string())),
  hasEncryptedLogins: fc.boolean(),
  flaws: fc.constant({ damage: null, foreign: 0, malformed: 0 }),
});

test('returns the same content after it was stored as JSON', () => {
  fc.assert(
    fc.property(content, (original) => {
      const stored = JSON.parse(JSON.stringify(runAtOnce(toStoredFile(original)))) as unknown;
      if (!isIntactFile(stored)) throw new Error('the stored file was rejected');
      expect(runAtOnce(openFile(stored))).toEqual(original);
    }),
  );
});

test('rejects a damaged file and other values', () => {
  const steps = toStoredFile({
    agents: {
      9: { names: { at: 1, loginName: 'jane', nickname: null, userName: null }, records: '["a","",null,null]' },
    },
    logins: { jane: ['9'] },
    hasEncryptedLogins: false,
    flaws: { damage: null, foreign: 0, malformed: 0 },
  });
  const stored = runAtOnce(steps);
  expect(isIntactFile(stored)).toBe(true);
  expect(storedSize(stored)).toBe(stored.index.length + 18);
  const damaged: readonly unknown[] = [
    { ...stored, records: stored.records.replace('a', 'b') },
    { ...stored, index: stored.index.replace('jane', 'joan') },
    { ...stored, checksum: stored.checksum + 1 },
    { ...stored, index: undefined },
    null,
    [],
  ];
  expect(damaged.map(isIntactFile)).toEqual(damaged.map(() => false));
});

test('encodes and opens a file of very many agents and logins in steps', () => {
  const GROUPS = 8;
  const ids = Array.from({ length: GROUPS * GROUP_SIZE }, (_, id) => String(id));
  const names = { at: 1, loginName: null, nickname: null, userName: null };
  const original: FileContent = {
    agents: Object.fromEntries(ids.map((id) => [id, { names, records: `["${id}","",null,null]` }])),
    logins: Object.fromEntries(ids.map((id) => [`login-${id}`, [id]])),
    hasEncryptedLogins: false,
    flaws: { damage: null, foreign: 0, malformed: 0 },
  };
  const steps = toStoredFile(original);
  expect([...steps]).toHaveLength(2 * GROUPS - 1);
  const stored = runAtOnce(toStoredFile(original));
  expect([...openFile(stored)]).toHaveLength(2 * GROUPS - 1);
  expect(runAtOnce(openFile(stored))).toEqual(original);
});
