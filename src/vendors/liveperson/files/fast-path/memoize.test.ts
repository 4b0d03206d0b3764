import { expect, test } from '@jest/globals';
import { toLatin1 } from '../latin1.ts';
import { createNameReader, memoizeText } from './memoize.ts';

const LATIN1_NAME = toLatin1(Buffer.from('Jürgen'));

test('computes each text once, up to 4096 texts', () => {
  const computed: string[] = [];
  const read = memoizeText((text) => {
    computed.push(text);
    return text.length;
  });
  expect([read('a'), read('a'), read('bb'), read('a')]).toEqual([1, 1, 2, 1]);
  expect(computed).toEqual(['a', 'bb']);
  for (let i = 0; i < 4096; i++) read(`x${i}`);
  read('a');
  expect(computed.filter((text) => text === 'a')).toHaveLength(2);
});

test('returns the same object as long as the names of an agent are the same', () => {
  const read = createNameReader();
  const names = read('9', 'jane', LATIN1_NAME, null);
  expect(names).toEqual({ loginName: 'jane', nickname: 'Jürgen', userName: null, isLoginEncrypted: false });
  expect(read('10', 'joe', null, null)).not.toBe(names);
  expect(read('9', 'jane', LATIN1_NAME, null)).toBe(names);
  expect(read('9', 'jane', null, null)).toMatchObject({ nickname: null });
});

test('reports an armored login name as encrypted', () => {
  const names = createNameReader()('9', '-----BEGIN PGP MESSAGE-----', null, null);
  expect(names).toEqual({ loginName: null, nickname: null, userName: null, isLoginEncrypted: true });
});
