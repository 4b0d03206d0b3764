import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createByteBuffer } from './byte-buffer.ts';

test('returns the added bytes in order, without those that were removed', () => {
  const chunk = fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes));
  const steps = fc.array(fc.record({ chunk, share: fc.double({ min: 0, max: 1, noNaN: true }) }), { maxLength: 20 });
  fc.assert(
    fc.property(steps, (all) => {
      const buffer = createByteBuffer();
      let expected = Buffer.alloc(0);
      for (const { chunk: added, share } of all) {
        buffer.add(added);
        expected = Buffer.concat([expected, added]);
        expect(Buffer.from(buffer.bytes())).toEqual(expected);
        const removed = Math.floor(share * expected.length);
        buffer.remove(removed);
        expected = expected.subarray(removed);
        expect(Buffer.from(buffer.bytes())).toEqual(expected);
      }
    }),
  );
});
