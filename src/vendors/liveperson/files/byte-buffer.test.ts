import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createByteBuffer } from './byte-buffer.ts';

test('returns the added bytes in order and once', () => {
  const pieces = fc.array(
    fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
    { maxLength: 9 },
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 5 }), (rounds) => {
      const buffer = createByteBuffer();
      for (const round of rounds) {
        for (const piece of round) buffer.add(piece);
        const all = Buffer.concat(round);
        expect(buffer.size()).toBe(all.length);
        expect(Buffer.from(buffer.takeAll())).toEqual(all);
        expect(buffer.size()).toBe(0);
      }
    }),
  );
});
