import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createByteBuffer } from './byte-buffer.ts';

test('what was added comes out in its order, once', () => {
  const pieces = fc.array(
    fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
    { maxLength: 9 },
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 5 }), (rounds) => {
      const basin = createByteBuffer();
      for (const round of rounds) {
        for (const piece of round) basin.add(piece);
        const all = Buffer.concat(round);
        expect(basin.size()).toBe(all.length);
        expect(Buffer.from(basin.takeAll())).toEqual(all);
        expect(basin.size()).toBe(0);
      }
    }),
  );
});
