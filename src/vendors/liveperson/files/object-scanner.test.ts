import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ObjectScanner } from './object-scanner.ts';

function scan(text: string) {
  const { kind, at } = new ObjectScanner(0).scan(text);
  return [kind, text.slice(at)];
}

test.each([
  ['{"a":"}","b":[{},{"c":"\\""}]},{', 'closed', ',{'],
  ['{"a":[{"b":1}', 'incomplete', ''],
  ['{"a":"b\n"}', 'damaged', '\n"}'],
  ['{"a":1,{"b":2}}', 'damaged', '{"b":2}}'],
  ['{"a":[1}', 'damaged', '}'],
  ['{"a":[{}{}]}', 'damaged', '{}]}'],
  ['{"a":[{"dataType":1}]}', 'closed', ''],
  ['{"a":{"dataType":{"recordCollection":[]}}}', 'closed', ''],
  [
    '{"a":[1,{"dataType":1,"recordCollection":[]},{"dataType',
    'inner document',
    '{"dataType":1,"recordCollection":[]},{"dataType',
  ],
])('scans %s', (text, kind, rest) => {
  expect(scan(text)).toEqual([kind, rest]);
});

test('finds the end of any object, whatever its chunks and what was removed before it', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.array(fc.nat({ max: 9 })),
      fc.nat(9),
      (value, cuts, before) => {
        const object = JSON.stringify(value);
        const scanner = new ObjectScanner(before);
        scanner.shift(before);
        let end = 0;
        for (const cut of cuts) {
          end = Math.min(object.length - 1, end + cut);
          expect(scanner.scan(object.slice(0, end)).kind).toBe('incomplete');
        }
        expect(scanner.scan(`${object},{}`)).toEqual({ kind: 'closed', at: object.length });
      },
    ),
  );
});

test('stops at a thousand levels', () => {
  expect(new ObjectScanner(0).scan(`{"a":${'['.repeat(2000)}`)).toEqual({ kind: 'damaged', at: 5 + 999 });
});
