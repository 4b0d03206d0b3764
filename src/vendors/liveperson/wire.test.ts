import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { fileListSchema, getField, getFieldIgnoringCase, unwrapUnion } from './wire.ts';

describe('the list of files', () => {
  const link = { '@name': 'x', '@href': 'https://h/x.gz' };
  const filesOf = (dataAccessFiles: unknown) => fileListSchema.parse({ dataAccessFiles }).dataAccessFiles.file;

  test('parses five files of the vendor’s sample, one without .gz', () => {
    const sample = readFileSync(new URL('./fixtures/list.json', import.meta.url), 'utf8');
    const { file: files } = fileListSchema.parse(JSON.parse(sample)).dataAccessFiles;
    expect(files.map((href) => href?.endsWith('.gz'))).toEqual([true, true, true, true, false]);
  });

  test.each([
    ['an array', { '@id': '1', file: [link, link] }, 2],
    ['one object', { file: link }, 1],
    ['an empty array', { file: [] }, 0],
    ['missing', { '@id': '1', link: { '@href': 'https://h/le/agentActivity', '@rel': 'self' } }, 0],
    ['null', { file: null }, 0],
    ['an empty element', { file: '' }, 0],
    ['an empty element for the whole list', '', 0],
    ['null for the whole list', null, 0],
  ])('accepts a file list that is %s', (_title, files, count) => {
    expect(filesOf(files)).toHaveLength(count);
  });

  test('keeps a place for each entry that cannot be read', () => {
    const unreadable = [{ '@name': 'x' }, { '@href': 7 }, { '@href': null }, 'x', 5, null, []];
    expect(filesOf({ file: [link, ...unreadable, link] })).toEqual([
      'https://h/x.gz',
      ...unreadable.map(() => null),
      'https://h/x.gz',
    ]);
    expect(filesOf({ file: { '@name': 'x' } })).toEqual([null]);
  });

  test.each([
    [5],
    [{}],
    [{ dataAccessFiles: 5 }],
    [{ dataAccessFiles: [link] }],
    // The list under another name is not an empty one.
    [{ dataAccessFiles: { '@id': '1', files: [link] } }],
    [{ dataAccessFiles: { File: link } }],
  ])('rejects the list response %j', (body) => {
    expect(fileListSchema.safeParse(body).success).toBe(false);
  });
});

describe('unwrapping', () => {
  test.each([
    [{ long: 9 }, 9],
    [{ int: 9 }, 9],
    [{ float: 1.5 }, 1.5],
    [{ double: 1.5 }, 1.5],
    [{ map: { a: 1, b: 2 } }, { a: 1, b: 2 }],
    [9, 9],
    [{ string: '' }, ''],
    [{ array: [1] }, [1]],
    [null, null],
    [{ long: null }, null],
    [{ 'com.liveperson.dataaccess.MetaData': { long: 5 } }, 5],
    [{ 'com.liveperson.dataaccess.MetaData': { a: 1, b: 2 } }, { a: 1, b: 2 }],
    [{ body: 1 }, { body: 1 }],
    [
      { long: 1, string: 'x' },
      { long: 1, string: 'x' },
    ],
    [{}, {}],
  ])('unwraps %j to %j', (wrapped, bare) => {
    expect(unwrapUnion(wrapped)).toEqual(bare);
  });

  test('unwraps 100,000 nested branches', () => {
    const deep = Array.from({ length: 100_000 }).reduce<unknown>((inner) => ({ array: inner }), 7);
    expect(unwrapUnion(deep)).toBe(7);
  });

  test('finds a field in a wrapped record', () => {
    expect(getField({ 'com.liveperson.dataaccess.MetaData': { accountId: { string: 'x' } } }, 'accountId')).toBe('x');
    expect(getField([1], 'length')).toBeUndefined();
  });

  test('finds a field in any case, the exact name first', () => {
    expect(getFieldIgnoringCase({ agentUserName: { string: 'x' } }, 'agentUsername')).toBe('x');
    expect(getFieldIgnoringCase({ agentUsername: 'a', agentUserName: 'b' }, 'agentUsername')).toBe('a');
    expect(getFieldIgnoringCase({}, 'agentUsername')).toBeUndefined();
  });
});
