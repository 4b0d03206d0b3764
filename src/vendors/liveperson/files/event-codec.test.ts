import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeEvents, encodeEvents, type StoredEvent } from './event-codec.ts';

const MAX_TIME = Date.parse('9999-12-31T23:59:59.999Z');
const MIN_TIME = Date.parse('0001-01-01T00:00:00Z');

const digits = fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String));
const storedEvent: fc.Arbitrary<StoredEvent> = fc.record({
  at: fc.integer({ min: MIN_TIME, max: MAX_TIME }),
  type: digits,
  state: digits,
  previousState: digits,
  engagements: digits,
  previousEngagements: digits,
  maxEngagements: digits,
});

const NO_NUMBERS = {
  type: null,
  state: null,
  previousState: null,
  engagements: null,
  previousEngagements: null,
  maxEngagements: null,
};

test('decodes every list of events that it encoded', () => {
  fc.assert(
    fc.property(fc.array(storedEvent, { maxLength: 20 }), (events) => {
      expect(decodeEvents(encodeEvents(events))).toEqual(events);
    }),
  );
});

test('decodes concatenated encodings as one list', () => {
  fc.assert(
    fc.property(fc.array(storedEvent, { minLength: 1 }), fc.array(storedEvent), (first, second) => {
      const encoded = encodeEvents(first) + encodeEvents(second, first.at(-1)?.at);
      expect(decodeEvents(encoded)).toEqual([...first, ...second]);
    }),
  );
});

test('encodes times as differences and leaves fields without a number empty', () => {
  const events = [
    { ...NO_NUMBERS, at: 1000, type: '3', state: '0', previousState: '1', maxEngagements: '-9' },
    { ...NO_NUMBERS, at: 900 },
  ];
  expect(encodeEvents(events)).toBe('1000,3,0,1,,,-9;-100,,,,,,;');
});

test('encodes no events as an empty text', () => {
  expect(encodeEvents([])).toBe('');
  expect(decodeEvents('')).toEqual([]);
});
