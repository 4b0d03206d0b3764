import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GraphQLError, type GraphQLScalarType, Kind, parseValue } from 'graphql';
import { thrownBy } from '../../../test/support/capture-error.ts';
import { DateScalar, DateTimeScalar, TimeZoneScalar } from './scalars.ts';

/** Parses the value as a variable and as a literal; both must agree. */
function parseBothWays(scalar: GraphQLScalarType, value: unknown): unknown {
  const variable = parseOrRejected(() => scalar.parseValue(value));
  const literal = parseOrRejected(() => scalar.parseLiteral(parseValue(JSON.stringify(value)), {}));
  expect(literal).toEqual(variable);
  return variable;
}

function parseOrRejected(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    expect(error).toBeInstanceOf(GraphQLError);
    expect((error as GraphQLError).extensions).toEqual({ code: 'BAD_USER_INPUT' });
    return 'rejected';
  }
}

describe('DateTime', () => {
  test.each<[unknown, string]>([
    ['2026-11-20T09:30:00Z', '2026-11-20T09:30:00.000Z'],
    ['2026-11-20T09:30:00+00:00', '2026-11-20T09:30:00.000Z'],
    ['2026-11-20T09:30:00-00:00', '2026-11-20T09:30:00.000Z'],
    ['2026-11-20T15:00:00+05:30', '2026-11-20T09:30:00.000Z'],
    ['2026-11-19T23:30:00-10:00', '2026-11-20T09:30:00.000Z'],
    ['2026-11-20T00:00:00+14:00', '2026-11-19T10:00:00.000Z'],
    ['2026-11-20t09:30:00z', '2026-11-20T09:30:00.000Z'],
    ['2026-11-20T09:30:00.5Z', '2026-11-20T09:30:00.500Z'],
    ['2026-11-20T09:30:00.123Z', '2026-11-20T09:30:00.123Z'],
    ['2026-11-20T09:30:00.123999Z', '2026-11-20T09:30:00.123Z'],
    ['2026-11-20T09:30:00.000000001+01:00', '2026-11-20T08:30:00.000Z'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('parses DateTime %s as %s', (text, instant) => {
    const at = parseBothWays(DateTimeScalar, text);
    expect(at).toBe(Date.parse(instant));
    expect(DateTimeScalar.serialize(at)).toBe(instant);
  });

  test.each<[unknown, string]>([
    ['2026-11-20T09:30:00', 'no offset'],
    ['2026-11-20', 'a day without a time'],
    ['2026-11-20T09:30Z', 'no seconds'],
    ['2026-11-20 09:30:00Z', 'a space instead of the T'],
    ['2026-11-20T09:30:00+0530', 'an offset without a colon'],
    ['2026-11-20T09:30:00+05', 'an offset without minutes'],
    ['2026-11-20T09:30:00+24:00', 'an offset of a day'],
    ['2026-11-20T09:30:00+05:60', 'an offset of 60 minutes'],
    ['2026-11-20T09:30:00.Z', 'a point without a fraction'],
    ['2026-11-20T09:30:00,5Z', 'a comma'],
    ['2026-02-31T00:00:00Z', 'the 31st of February'],
    ['2025-02-29T00:00:00Z', 'the 29th of February of another year'],
    ['2026-04-31T00:00:00Z', 'the 31st of April'],
    ['2026-13-01T00:00:00Z', 'a 13th month'],
    ['2026-00-01T00:00:00Z', 'a month 0'],
    ['2026-01-00T00:00:00Z', 'a day 0'],
    ['2026-11-20T24:00:00Z', 'hour 24'],
    ['2026-11-20T25:00:00Z', 'hour 25'],
    ['2026-11-20T23:60:00Z', 'minute 60'],
    ['2016-12-31T23:59:60Z', 'a leap second, which no vendor supports'],
    ['0000-01-01T00:00:00Z', 'the year 0'],
    ['0001-01-01T00:00:00+00:01', 'an instant before the year 1'],
    ['9999-12-31T23:59:59-00:01', 'an instant after the year 9999'],
    ['+002026-11-20T09:30:00Z', 'a year of six digits'],
    [' 2026-11-20T09:30:00Z', 'a space before it'],
    ['2026-11-20T09:30:00Z\n', 'a line break after it'],
    ['٢٠٢٦-11-20T09:30:00Z', 'digits of another script'],
    ['now', 'a word'],
    ['', 'an empty string'],
    [1_795_167_000_000, 'a number'],
    [1.5, 'a fraction'],
    [true, 'a boolean'],
    [['2026-11-20T09:30:00Z'], 'a list'],
    [{}, 'an object'],
  ])('rejects DateTime %j: %s', (value) => {
    expect(parseBothWays(DateTimeScalar, value)).toBe('rejected');
  });

  test('parses every serialized DateTime as the same instant', () => {
    const instant = fc.integer({
      min: Date.parse('0001-01-01T00:00:00Z'),
      max: Date.parse('9999-12-31T23:59:59.999Z'),
    });
    fc.assert(
      fc.property(instant, (at) => {
        expect(DateTimeScalar.parseValue(DateTimeScalar.serialize(at))).toBe(at);
      }),
    );
  });

  test('quotes only the start of a long invalid DateTime', () => {
    const error = thrownBy(() => DateTimeScalar.parseValue('x'.repeat(1000)));
    expect((error as Error).message.length).toBeLessThan(200);
  });
});

describe('Date', () => {
  test.each(['2026-11-20', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'])('parses Date %s', (text) => {
    expect(parseBothWays(DateScalar, text)).toBe(text);
    expect(DateScalar.serialize(text)).toBe(text);
  });

  test.each<[unknown]>([
    ['2026-02-31'],
    ['2026-02-29'],
    ['1900-02-29'],
    ['2026-11-31'],
    ['2026-13-01'],
    ['2026-00-10'],
    ['2026-10-00'],
    ['0000-01-01'],
    ['2026-1-1'],
    ['20261120'],
    ['2026-11-20T00:00:00Z'],
    ['20/11/2026'],
    ['2026-11-20 '],
    ['2026-11-20\n'],
    [''],
    [20_261_120],
    [null],
    [['2026-11-20']],
  ])('rejects Date %j', (value) => {
    if (value === null)
      expect(parseOrRejected(() => DateScalar.parseLiteral({ kind: Kind.NULL }, {}))).toBe('rejected');
    else expect(parseBothWays(DateScalar, value)).toBe('rejected');
  });
});

describe('TimeZone', () => {
  test.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'europe/berlin'])(
    'parses TimeZone %s',
    (name) => {
      expect(parseBothWays(TimeZoneScalar, name)).toBe(name);
      expect(TimeZoneScalar.serialize(name)).toBe(name);
    },
  );

  test.each<[unknown]>([
    ['Europe/Atlantis'],
    ['Mars'],
    ['+05:30'],
    ['-08:00'],
    ['+0530'],
    ['−01:00'],
    ['IST'],
    ['Europe/Berlin '],
    ['Europe/Berlin\n'],
    ['../../etc/passwd'],
    ['x'.repeat(10_000)],
    [''],
    [1],
    [{}],
  ])('rejects TimeZone %j', (value) => {
    expect(parseBothWays(TimeZoneScalar, value)).toBe('rejected');
  });

  test('rejects a TimeZone literal without quotes', () => {
    expect(parseOrRejected(() => TimeZoneScalar.parseLiteral(parseValue('UTC'), {}))).toBe('rejected');
  });
});
