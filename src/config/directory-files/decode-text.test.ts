import { expect, test } from '@jest/globals';
import { showValues } from '../named-value.ts';
import { decodeText } from './decode-text.ts';

test.each([
  ['UTF-8', Buffer.from('é\r\nb\rc\n'), undefined],
  ['UTF-8 with a byte order mark', Buffer.from('\uFEFFé\nb\nc\n'), undefined],
  ['a byte order mark of another encoding than the named one', Buffer.from('\uFEFFé\nb\nc\n'), 'windows-1252'],
  ['UTF-16', Buffer.from('\uFEFFé\r\nb\nc\n', 'utf16le'), undefined],
  ['UTF-16 with the higher byte first', Buffer.from('\uFEFFé\r\nb\nc\n', 'utf16le').swap16(), undefined],
  ['UTF-16 without a byte order mark', Buffer.from('é\r\nb\nc\n', 'utf16le'), 'utf-16le'],
  ['the encoding of Windows', Buffer.from('é\r\nb\r\nc\n', 'latin1'), 'windows-1252'],
])('decodes %s, with one kind of line ends', (_, bytes, encoding) => {
  expect(decodeText(bytes, encoding)).toEqual({ text: 'é\nb\nc\n' });
});

test.each([
  [
    'the first line that is no text',
    Buffer.concat([Buffer.from('a\né\n'), Buffer.from([0xe9, 0x0a, 0xe9])]),
    undefined,
    3,
  ],
  ['the last line', Buffer.concat([Buffer.from('a\n'), Buffer.from([0x62, 0xc3])]), undefined, 2],
  ['the first line of UTF-16', Buffer.from([0xff, 0xfe, 0x61]), undefined, 1],
])('reports %s', (_, bytes, encoding, line) => {
  const problem = decodeText(bytes, encoding);
  expect(problem).toMatchObject({ line });
  expect('message' in problem && showValues(problem.message)).toMatch(
    /^has bytes that are no text in this encoding; .*: utf-/,
  );
});
