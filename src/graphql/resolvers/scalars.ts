import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { isTimeZone } from '../../domain/time-zone.ts';
import { isCivilDate } from '../../domain/time.ts';
import { createInstantFormatter } from './format-instant.ts';

const RFC_3339_PATTERN = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):\d{2}:\d{2}(?:\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

const MIN_INSTANT_MS = Date.parse('0001-01-01T00:00:00Z');
const MAX_INSTANT_MS = Date.parse('9999-12-31T23:59:59.999Z');

const formatInstant = createInstantFormatter();

/** An instant: internally milliseconds since 1970, externally RFC 3339; responses always use UTC with `Z`. */
export const DateTimeScalar = new GraphQLScalarType<number, string>({
  name: 'DateTime',
  serialize: (value) => formatInstant(value as number),
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(stringValueOf(node), node),
});

/** A calendar day, `yyyy-mm-dd`, internally and externally. */
export const DateScalar = new GraphQLScalarType<string, string>({
  name: 'Date',
  serialize: (value) => value as string,
  parseValue: parseDate,
  parseLiteral: (node) => parseDate(stringValueOf(node), node),
});

/** An IANA time zone name that this runtime supports. */
export const TimeZoneScalar = new GraphQLScalarType<string, string>({
  name: 'TimeZone',
  serialize: (value) => value as string,
  parseValue: parseTimeZone,
  parseLiteral: (node) => parseTimeZone(stringValueOf(node), node),
});

function parseDateTime(value: unknown, node?: ValueNode): number {
  const text = typeof value === 'string' ? value : '';
  const [, day = '', hour] = RFC_3339_PATTERN.exec(text) ?? [];
  const instant = Date.parse(text.toUpperCase());
  // Date.parse accepts hour 24 as the next day.
  if (!isCivilDate(day) || Number(hour) > 23 || Number.isNaN(instant)) {
    throw invalidValueError('DateTime', 'an instant like 2026-11-20T09:30:00Z, with an offset or Z', value, node);
  }
  // An offset may move the instant out of the years with four digits.
  if (instant < MIN_INSTANT_MS || instant > MAX_INSTANT_MS)
    throw invalidValueError('DateTime', 'an instant of the years 0001 to 9999', value, node);
  return instant;
}

function parseDate(value: unknown, node?: ValueNode): string {
  const text = typeof value === 'string' ? value : '';
  if (!isCivilDate(text)) throw invalidValueError('Date', 'a day like 2026-11-20', value, node);
  return text;
}

function parseTimeZone(value: unknown, node?: ValueNode): string {
  if (typeof value === 'string' && isTimeZone(value)) return value;
  throw invalidValueError('TimeZone', 'an IANA name like Europe/Berlin', value, node);
}

function stringValueOf(node: ValueNode): unknown {
  return node.kind === Kind.STRING ? node.value : undefined;
}

function invalidValueError(
  scalar: string,
  expected: string,
  value: unknown,
  node: ValueNode | undefined,
): GraphQLError {
  const quotedValue = typeof value === 'string' ? `"${value.slice(0, 40)}"` : 'this value';
  return new GraphQLError(`${scalar} must be ${expected}; ${quotedValue} is not.`, {
    ...(node && { nodes: [node] }),
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
