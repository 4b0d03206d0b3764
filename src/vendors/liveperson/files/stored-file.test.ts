import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FileContent } from './content.ts';
import { isIntactFile, openFile, storedSize, toStoredFile } from './stored-file.ts';

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
      const stored = JSON.parse(JSON.stringify(toStoredFile(original))) as unknown;
      if (!isIntactFile(stored)) throw new Error('the stored file was rejected');
      expect(openFile(stored)).toEqual(original);
    }),
  );
});

test('rejects a damaged file and other values', () => {
  const stored = toStoredFile({
    agents: {
      9: { names: { at: 1, loginName: 'jane', nickname: null, userName: null }, records: '["a","",null,null]' },
    },
    logins: { jane: ['9'] },
    hasEncryptedLogins: false,
    flaws: { damage: null, foreign: 0, malformed: 0 },
  });
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
