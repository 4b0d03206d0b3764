import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { isCivilDate } from '../domain/time.ts';
import { isTimeZone } from '../domain/zones.ts';

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):\d{2}:\d{2}(?:\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

const FIRST_INSTANT = Date.parse('0001-01-01T00:00:00Z');
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');

/** Inside an instant is a number of milliseconds since 1970; outside it is RFC 3339, in answers always UTC with `Z`. */
export const DateTime = new GraphQLScalarType<number, string>({
  name: 'DateTime',
  serialize: (value) => new Date(value as number).toISOString(),
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(textOf(node), node),
});

/** A calendar day, `yyyy-mm-dd`, inside and outside alike. */
export const DateScalar = new GraphQLScalarType<string, string>({
  name: 'Date',
  serialize: (value) => value as string,
  parseValue: parseDate,
  parseLiteral: (node) => parseDate(textOf(node), node),
});

/** An IANA time zone name that this runtime knows. */
export const TimeZone = new GraphQLScalarType<string, string>({
  name: 'TimeZone',
  serialize: (value) => value as string,
  parseValue: parseTimeZone,
  parseLiteral: (node) => parseTimeZone(textOf(node), node),
});

function parseDateTime(value: unknown, node?: ValueNode): number {
  const text = typeof value === 'string' ? value : '';
  const [, day = '', hour] = RFC_3339.exec(text) ?? [];
  const at = Date.parse(text.toUpperCase());
  // Date.parse takes hour 24 for the next day.
  if (!isCivilDate(day) || Number(hour) > 23 || Number.isNaN(at)) {
    throw invalid('DateTime', 'an instant like 2026-11-20T09:30:00Z, with an offset or Z', value, node);
  }
  // An offset may lead out of the years that four digits can tell.
  if (at < FIRST_INSTANT || at > LAST_INSTANT)
    throw invalid('DateTime', 'an instant of the years 0001 to 9999', value, node);
  return at;
}

function parseDate(value: unknown, node?: ValueNode): string {
  const text = typeof value === 'string' ? value : '';
  if (!isCivilDate(text)) throw invalid('Date', 'a day like 2026-11-20', value, node);
  return text;
}

function parseTimeZone(value: unknown, node?: ValueNode): string {
  if (typeof value === 'string' && isTimeZone(value)) return value;
  throw invalid('TimeZone', 'an IANA name like Europe/Berlin', value, node);
}

function textOf(node: ValueNode): unknown {
  return node.kind === Kind.STRING ? node.value : undefined;
}

function invalid(scalar: string, expected: string, value: unknown, node: ValueNode | undefined): GraphQLError {
  const shown = typeof value === 'string' ? `"${value.slice(0, 40)}"` : 'this value';
  return new GraphQLError(`${scalar} must be ${expected}; ${shown} is not.`, {
    ...(node && { nodes: [node] }),
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
