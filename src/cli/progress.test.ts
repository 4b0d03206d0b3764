import { expect, test } from '@jest/globals';
import { createProgress } from './progress.ts';

function run(isTTY: boolean): string {
  let written = '';
  const progress = createProgress({
    isTTY,
    write: (text: string | Uint8Array) => {
      written += String(text);
      return true;
    },
  });
  progress.show('1 of 2');
  progress.show('2 of 2');
  progress.clear();
  return written;
}

test('replaces one line on a terminal, and removes it', () => {
  expect(run(true)).toBe('\r\u001B[K1 of 2\r\u001B[K2 of 2\r\u001B[K');
});

test('writes nothing elsewhere', () => {
  expect(run(false)).toBe('');
});
