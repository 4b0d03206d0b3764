import fc from 'fast-check';
import type { QueryNames } from './query-names.ts';
import { NOW } from './world.ts';

/** A query with its variables. */
export interface RandomQuery {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function toIsoInstant(at: number) {
  return new Date(at).toISOString();
}
function toIsoDate(at: number) {
  return toIsoInstant(at).slice(0, 10);
}
function toRange(from: number, to: number) {
  return { from: toIsoInstant(from), to: toIsoInstant(to) };
}

/** Mostly valid values, and some invalid ones. */
const RANGES = [
  toRange(NOW - 6 * HOUR_MS, NOW),
  toRange(NOW - 30 * HOUR_MS, NOW),
  toRange(NOW - 3 * DAY_MS, NOW - 2 * DAY_MS),
  toRange(NOW - 9 * DAY_MS, NOW - 5 * DAY_MS),
  toRange(NOW - 31 * DAY_MS, NOW),
  toRange(NOW - 40 * DAY_MS, NOW - 35 * DAY_MS),
  toRange(NOW + DAY_MS, NOW + 3 * DAY_MS),
  toRange(NOW, NOW - DAY_MS),
  toRange(NOW - 400 * DAY_MS, NOW),
];
const DATES = [
  { from: toIsoDate(NOW), to: toIsoDate(NOW) },
  { from: toIsoDate(NOW - 6 * DAY_MS), to: toIsoDate(NOW), timeZone: 'Europe/Berlin' },
  { from: toIsoDate(NOW - 6 * DAY_MS), to: toIsoDate(NOW), timeZone: 'Europe/Paris' },
  { from: toIsoDate(NOW - 6 * DAY_MS), to: toIsoDate(NOW), timeZone: null },
  { from: toIsoDate(NOW), to: toIsoDate(NOW - DAY_MS) },
];

/** Prints a value as a GraphQL literal, enums without quotation marks. */
function formatLiteral(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatLiteral).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, inner]) => `${name}: ${name === 'kind' || name === 'vendor' ? String(inner) : formatLiteral(inner)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}

function argument(name: string, type: string, values: fc.Arbitrary<unknown>) {
  return fc.record({ name: fc.constant(name), type: fc.constant(type), value: values, asVariable: fc.boolean() });
}
type ArgumentArbitrary = fc.Arbitrary<{ name: string; type: string; value: unknown; asVariable: boolean }>;

/** Part of a selection: its text, with placeholders for the variables that it uses. */
interface SelectionPart {
  readonly text: string;
  readonly variables: readonly { readonly type: string; readonly value: unknown }[];
}

/** A field: its name, arguments and selection. */
interface FieldPart extends SelectionPart {
  readonly head: string;
}

// The placeholder of a variable, which is numbered when the complete query is assembled.
const VARIABLE_PLACEHOLDER = '\u0000';

function field(
  name: string,
  args: readonly ArgumentArbitrary[],
  inner: fc.Arbitrary<SelectionPart>,
): fc.Arbitrary<FieldPart> {
  return fc
    .tuple(fc.tuple(...args), fc.tuple(...args.map(() => fc.boolean())), inner)
    .map(([values, isIncluded, subselection]) => {
      const used = values.filter(({ type }, index) => type.endsWith('!') || isIncluded[index] === true);
      const argumentTexts = used.map(
        (arg) => `${arg.name}: ${arg.asVariable ? VARIABLE_PLACEHOLDER : formatArgument(arg)}`,
      );
      const own = used.filter(({ asVariable }) => asVariable).map(({ type, value }) => ({ type, value }));
      return {
        head: `${name}${argumentTexts.length > 0 ? `(${argumentTexts.join(', ')})` : ''}`,
        text: subselection.text,
        variables: [...own, ...subselection.variables],
      };
    });
}

function formatArgument({ type, value }: { type: string; value: unknown }) {
  return type === 'InteractionType' || type === 'ReportInterval' ? String(value) : formatLiteral(value);
}

function leaf(text: string): fc.Arbitrary<SelectionPart> {
  return fc.constant({ text, variables: [] });
}

/** Selections with unique aliases, some skipped by a directive, some within fragments. */
function selection(
  fixedFields: string,
  fields: fc.Arbitrary<FieldPart>,
  type: string,
  maxFields: number,
): fc.Arbitrary<SelectionPart> {
  const wrapped = fc
    .tuple(fields, fc.constantFrom('', '', '@include(if: $yes)', '@skip(if: $yes)'), fc.boolean())
    .map(([{ head, text, variables }, directive, inFragment]) => ({
      text: (index: number) => {
        const aliasedField = `f${index}: ${head} ${directive} ${text}`;
        return inFragment ? `... on ${type} { ${aliasedField} }` : aliasedField;
      },
      variables,
    }));
  return fc.array(wrapped, { maxLength: maxFields }).map((list) => ({
    text: `{ ${fixedFields} ${list.map(({ text }, index) => text(index)).join(' ')} }`,
    variables: list.flatMap(({ variables }) => variables),
  }));
}

function wrapPart(before: string, inner: fc.Arbitrary<SelectionPart>, after = ''): fc.Arbitrary<SelectionPart> {
  return inner.map(({ text, variables }) => ({ text: `${before} ${text} ${after}`, variables }));
}

const SOURCES = 'sources { outcome servedFrom fetchedAt coveredTo account { name } }';

const accounts = argument(
  'accounts',
  '[String!]',
  fc.constantFrom(['kore-main'], ['lp', 'kore-main'], ['vcc'], [], ['nowhere'], null),
);
const during = argument('during', 'TimeRange!', fc.constantFrom(...RANGES));
const first = argument('first', 'Int', fc.constantFrom(0, 1, 5, 10_000, -3, 2_000_000_000, null));

// A rejection of these fields ends the response before its siblings are done, so their calls would come later.
const pageSize = argument('first', 'Int', fc.constantFrom(0, 1, 3, 40, 51, 200, 1000));

/** The selection on a team, with a page of its agents. */
function teamSelection(agent: fc.Arbitrary<SelectionPart>): fc.Arbitrary<SelectionPart> {
  const page = field('agents', [pageSize], wrapPart('{ nodes', agent, '}'));
  return page.map(({ head, text, variables }) => ({ text: `{ name ${head} ${text} }`, variables }));
}

/** The selection on an agent, with up to `depth` levels of nested agents below vendor data. */
function agentFields(depth: number): fc.Arbitrary<SelectionPart> {
  const nestedAgent = field('agent', [], depth > 0 ? agentFields(depth - 1) : leaf('{ name }'));
  const period = selection(
    'start status',
    fc.oneof(nestedAgent, field('session', [], leaf('{ vendorSessionId }'))),
    'StatusPeriod',
    1,
  );
  const fields = fc.oneof(
    field('currentStatus', [], period),
    field('presence', [], wrapPart('{ complete status', period, `observedAt ${SOURCES} }`)),
    field('statusPeriods', [during, first, accounts], wrapPart('{ nodes', period, `complete ${SOURCES} }`)),
    field('timeInStatus', [during, accounts], leaf('{ seconds }')),
    field(
      'statusTotals',
      [
        during,
        argument('interval', 'ReportInterval', fc.constantFrom('HALF_HOUR', 'DAY', null)),
        argument('timeZone', 'TimeZone', fc.constantFrom('Asia/Kathmandu', 'Europe/Berlin', null)),
        accounts,
      ],
      leaf(`{ complete nodes { seconds from complete account { name } } ${SOURCES} }`),
    ),
    field(
      'sessions',
      [during, first, accounts],
      wrapPart(
        '{ edges { node',
        selection(
          'loginAt',
          fc.oneof(nestedAgent, field('statusPeriods', [], leaf('{ session { loginAt } }'))),
          'Session',
          1,
        ),
        '} }',
      ),
    ),
    field(
      'latestInteractions',
      [
        argument('size', 'Int', fc.constantFrom(1, 2, 60, 0, -1, 1_000_000, null)),
        argument('type', 'InteractionType', fc.constantFrom('PHONE', 'OTHER')),
        argument('activeLiveFirst', 'Boolean', fc.constantFrom(true, false, null)),
        accounts,
      ],
      wrapPart('{ nodes', selection('guid', nestedAgent, 'Interaction', 1), '}'),
    ),
    field(
      'usageStats',
      [argument('during', 'DateRange!', fc.constantFrom(...DATES))],
      fc.oneof(
        leaf('{ current { messagesCount } }'),
        leaf('{ current { usersCount } buckets { sessionCount } }'),
        leaf('{ complete }'),
        leaf('{ agent { name } }'),
      ),
    ),
  );
  const team = field('team', [], depth > 0 ? teamSelection(agentFields(depth - 1)) : leaf('{ name }'));
  return selection('name', fc.oneof(fields, team), 'Agent', 3);
}

function agentFilters({ emails, accounts: refs, teams }: QueryNames): fc.Arbitrary<unknown> {
  return fc.record(
    {
      kind: fc.constantFrom('HUMAN', 'VIRTUAL'),
      account: fc.constantFrom('kore-main', 'lp', 'vcc', 'bots'),
      vendor: fc.constantFrom('KORE', 'LIVEPERSON', 'VONAGE', 'AVAAMO'),
      emails: fc.array(fc.constantFrom(...emails), { maxLength: 3 }),
      nameContains: fc.constantFrom('a', 'jane', 'bot', 'zz'),
      teams: fc.subarray([...teams]),
      refs: fc.array(fc.constantFrom(...refs.filter(({ account }) => account !== 'nowhere')), { maxLength: 4 }),
    },
    { requiredKeys: [] },
  );
}

/** What a router sends for an agent of another subgraph. */
function representations({ ids, emails, keys }: QueryNames): fc.Arbitrary<unknown> {
  const agentBy = (key: string, values: readonly string[]) =>
    fc.constantFrom(...values).map((value) => ({ __typename: 'Agent', [key]: value }));
  return fc.oneof(agentBy('id', ids), agentBy('email', emails), agentBy('key', keys));
}

/** Any query for agents that the schema allows, including those whose fields are rejected. */
export function randomQueries(names: QueryNames): fc.Arbitrary<RandomQuery> {
  const agent = agentFields(1);
  const id = fc.constantFrom(...names.ids);
  const node = agent.map(({ text, variables }) => ({
    text: `{ ... on Agent ${text} ... on StatusPeriod { start session { loginAt } o: agent { name } } ... on Session { o: agent { currentStatus { start } } } }`,
    variables,
  }));
  const roots = fc.oneof(
    field('agent', [argument('id', 'ID!', id)], agent),
    field('agentByEmail', [argument('email', 'String!', fc.constantFrom(...names.emails))], agent),
    fc
      .constantFrom(...names.accounts)
      .chain(({ account, ref }) =>
        field(
          'agentByAccount',
          [argument('account', 'String!', fc.constant(account)), argument('ref', 'String!', fc.constant(ref))],
          agent,
        ),
      ),
    field('agentByKey', [argument('key', 'String!', fc.constantFrom(...names.keys))], agent),
    field(
      'agents',
      [pageSize, argument('filter', 'AgentFilter', agentFilters(names))],
      fc.oneof(wrapPart('{ nodes', agent, '}'), wrapPart('{ totalCount edges { node', agent, '} }')),
    ),
    field('teams', [], teamSelection(agent)),
    field(
      'statusCounts',
      [argument('filter', 'AgentFilter', agentFilters(names))],
      leaf(`{ total counts { status count } ${SOURCES} }`),
    ),
    field('node', [argument('id', 'ID!', id)], node),
    field(
      '_entities',
      [argument('representations', '[_Any!]!', fc.array(representations(names), { maxLength: 60 }))],
      node,
    ),
    field('nodes', [argument('ids', '[ID!]!', fc.array(id, { maxLength: 60 }))], node),
  );
  return fc.tuple(selection('__typename', roots, 'Query', 3), fc.boolean()).map(([{ text, variables }, yes]) => {
    let number = 0;
    const named = text.replaceAll(VARIABLE_PLACEHOLDER, () => `$v${number++}`);
    const declared = variables.map(({ type }, index) => `$v${index}: ${type}`).join(' ');
    return {
      document: `query Random($yes: Boolean! ${declared}) ${named} `.replace(
        '{ __typename',
        '{ u: __typename @skip(if: $yes) __typename',
      ),
      variables: { yes, ...Object.fromEntries(variables.map(({ value }, index) => [`v${index}`, value])) },
    };
  });
}
