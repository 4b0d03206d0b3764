import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodePeriodId, encodePeriodId, hasShortId } from './status-period-id.ts';

const END_OF_STARTS = 2 ** 46;
/** Numbers around every power of 2 that the bytes or letters of an id may cut. */
function near(max: number) {
  return fc
    .tuple(fc.nat({ max: 47 }), fc.integer({ min: -1, max: 1 }))
    .map(([power, offset]) => Math.min(max, Math.max(0, 2 ** power + offset)));
}
const period = fc.record({
  referenceHash: fc.oneof(near(2 ** 48 - 1), fc.nat({ max: 2 ** 48 - 1 })),
  start: fc.oneof(near(END_OF_STARTS - 1), fc.nat({ max: END_OF_STARTS - 1 })),
});
const namesHash = fc.oneof(near(2 ** 32 - 1), fc.nat({ max: 2 ** 32 - 1 }));

/** The 15 bytes, made by `Buffer`. */
function expectedId(start: number, referenceHash: number, names: number): string {
  const bytes = Buffer.alloc(15);
  bytes.writeUIntBE(start, 0, 6);
  bytes.writeUIntBE(referenceHash, 6, 6);
  bytes.writeUIntBE(names, 12, 3);
  return bytes.toString('base64url');
}

test('encodes 15 bytes in 20 letters, and decodes them', () => {
  fc.assert(
    fc.property(period, namesHash, (one, names) => {
      const id = encodePeriodId(one, names);
      expect(id).toBe(expectedId(one.start, one.referenceHash, Math.floor(names / 2 ** 24) ^ (names % 2 ** 24)));
      expect(decodePeriodId(id)).toEqual(one);
    }),
    { numRuns: 1000 },
  );
});

test('every bit of the names’ hash changes the id', () => {
  const one = { referenceHash: 5, start: 1 };
  const ids = Array.from({ length: 32 }, (_, bit) => encodePeriodId(one, 2 ** bit));
  expect(ids).not.toContain(encodePeriodId(one, 0));
});

test.each([
  [0, true],
  [END_OF_STARTS - 1, true],
  [END_OF_STARTS, false],
  [-1, false],
  [0.5, false],
  [NaN, false],
])('a start of %d has a short id: %s', (start, expected) => {
  expect(hasShortId({ start })).toBe(expected);
});

describe('decodes only short ids', () => {
  const good = encodePeriodId({ referenceHash: 5, start: END_OF_STARTS - 1 }, 7);

  test.each([
    ['an empty text', ''],
    ['a letter less', good.slice(1)],
    ['a letter more', `${good}A`],
    ['padding', `${good}=`],
    ['a line break', `${good}\n`],
    ['another alphabet', `${good.slice(0, 19)}+`],
    ['a letter of another alphabet', `${good.slice(0, 19)}ä`],
    ['a start that no short id has', expectedId(END_OF_STARTS, 0, 0)],
    ['the text of an agent’s key', Buffer.from('A\n0123456789abc').toString('base64url')],
  ])('not %s', (_name, id) => {
    expect(decodePeriodId(id)).toBeNull();
  });

  test('and each from one text only', () => {
    const letters = fc.array(fc.constantFrom('A', 'B', 'Q', 'Z', 'a', 'z', '0', '1', '9', '-', '_'), {
      minLength: 20,
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        letters.map((each) => each.join('')),
        (id) => {
          if (decodePeriodId(id)) expect(Buffer.from(id, 'base64url').toString('base64url')).toBe(id);
          else expect(id.charAt(0)).toMatch(/[QZaz019_-]/);
        },
      ),
    );
  });
});
