import fc from 'fast-check';
import { type Gateway, NOW } from './world.ts';

/** A query as a caller may word it, and what fills its variables. */
export interface Asked {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What random queries may name. */
export interface Names {
  readonly ids: readonly string[];
  readonly emails: readonly string[];
  readonly seats: readonly { readonly account: string; readonly ref: string }[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const instant = (at: number) => new Date(at).toISOString();
const date = (at: number) => instant(at).slice(0, 10);
const range = (from: number, to: number) => ({ from: instant(from), to: instant(to) });

/** Mostly such as can be answered; among them some that cannot. */
const RANGES = [
  range(NOW - 6 * HOUR, NOW),
  range(NOW - 30 * HOUR, NOW),
  range(NOW - 3 * DAY, NOW - 2 * DAY),
  range(NOW - 9 * DAY, NOW - 5 * DAY),
  range(NOW - 31 * DAY, NOW),
  range(NOW - 40 * DAY, NOW - 35 * DAY),
  range(NOW + DAY, NOW + 3 * DAY),
  range(NOW, NOW - DAY),
  range(NOW - 400 * DAY, NOW),
];
const DATES = [
  { from: date(NOW), to: date(NOW) },
  { from: date(NOW - 6 * DAY), to: date(NOW), timeZone: 'Europe/Berlin' },
  { from: date(NOW - 6 * DAY), to: date(NOW), timeZone: 'Europe/Paris' },
  { from: date(NOW - 6 * DAY), to: date(NOW), timeZone: null },
  { from: date(NOW), to: date(NOW - DAY) },
];

/** A value in the document's own words, enums without quotation marks. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, inner]) => `${name}: ${name === 'kind' || name === 'vendor' ? String(inner) : literal(inner)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}

const argument = (name: string, type: string, values: fc.Arbitrary<unknown>) =>
  fc.record({ name: fc.constant(name), type: fc.constant(type), value: values, asVariable: fc.boolean() });
type Argument = fc.Arbitrary<{ name: string; type: string; value: unknown; asVariable: boolean }>;

/** A piece of a selection: its text, with `$` before the names of variables that it brings along. */
interface Piece {
  readonly text: string;
  readonly variables: readonly { readonly type: string; readonly value: unknown }[];
}

/** A field: its name and arguments, and what stands below it. */
interface Field extends Piece {
  readonly head: string;
}

// Variables are numbered when the whole is put together: until then each is written as this.
const HOLE = '\u0000';

function field(name: string, args: readonly Argument[], inner: fc.Arbitrary<Piece>): fc.Arbitrary<Field> {
  return fc
    .tuple(fc.tuple(...args), fc.tuple(...args.map(() => fc.boolean())), inner)
    .map(([given, present, below]) => {
      const used = given.filter(({ type }, index) => type.endsWith('!') || present[index] === true);
      const words = used.map((one) => `${one.name}: ${one.asVariable ? HOLE : wordOf(one)}`);
      const own = used.filter(({ asVariable }) => asVariable).map(({ type, value }) => ({ type, value }));
      return {
        head: `${name}${words.length > 0 ? `(${words.join(', ')})` : ''}`,
        text: below.text,
        variables: [...own, ...below.variables],
      };
    });
}

const wordOf = ({ type, value }: { type: string; value: unknown }) =>
  type === 'InteractionType' ? String(value) : literal(value);

const leaf = (text: string): fc.Arbitrary<Piece> => fc.constant({ text, variables: [] });

/** Selections under aliases (which no two share), some left out by a directive, some within fragments. */
function selection(always: string, fields: fc.Arbitrary<Field>, type: string, most: number): fc.Arbitrary<Piece> {
  const wrapped = fc
    .tuple(fields, fc.constantFrom('', '', '@include(if: $yes)', '@skip(if: $yes)'), fc.boolean())
    .map(([{ head, text, variables }, directive, inFragment]) => ({
      text: (index: number) => {
        const whole = `f${index}: ${head} ${directive} ${text}`;
        return inFragment ? `... on ${type} { ${whole} }` : whole;
      },
      variables,
    }));
  return fc.array(wrapped, { maxLength: most }).map((list) => ({
    text: `{ ${always} ${list.map(({ text }, index) => text(index)).join(' ')} }`,
    variables: list.flatMap(({ variables }) => variables),
  }));
}

const around = (before: string, inner: fc.Arbitrary<Piece>, after = ''): fc.Arbitrary<Piece> =>
  inner.map(({ text, variables }) => ({ text: `${before} ${text} ${after}`, variables }));

const accounts = argument(
  'accounts',
  '[String!]',
  fc.constantFrom(['kore-main'], ['lp', 'kore-main'], ['vcc'], [], ['nowhere'], null),
);
const during = argument('during', 'TimeRange!', fc.constantFrom(...RANGES));
const first = argument('first', 'Int', fc.constantFrom(0, 1, 5, 10_000, -3, 2_000_000_000, null));

/** What is selected of an agent; `depth` levels of agents again below what vendors tell of it. */
function agentFields(depth: number): fc.Arbitrary<Piece> {
  const again = field('agent', [], depth > 0 ? agentFields(depth - 1) : leaf('{ name }'));
  const period = selection(
    'start status',
    fc.oneof(again, field('session', [], leaf('{ vendorSessionId }'))),
    'StatusPeriod',
    1,
  );
  const fields = fc.oneof(
    field('currentStatus', [], period),
    field('statusPeriods', [during, first, accounts], around('{ nodes', period, 'complete }')),
    field('timeInStatus', [during, accounts], leaf('{ seconds }')),
    field(
      'sessions',
      [during, first, accounts],
      around(
        '{ edges { node',
        selection(
          'loginAt',
          fc.oneof(again, field('statusPeriods', [], leaf('{ session { loginAt } }'))),
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
      around('{ nodes', selection('guid', again, 'Interaction', 1), '}'),
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
  return selection('name', fields, 'Agent', 3);
}

const filters = ({ emails }: Names): fc.Arbitrary<unknown> =>
  fc.record(
    {
      kind: fc.constantFrom('HUMAN', 'VIRTUAL'),
      account: fc.constantFrom('kore-main', 'lp', 'vcc', 'bots'),
      vendor: fc.constantFrom('KORE', 'LIVEPERSON', 'VONAGE', 'AVAAMO'),
      emails: fc.array(fc.constantFrom(...emails), { maxLength: 3 }),
      nameContains: fc.constantFrom('a', 'jane', 'bot', 'zz'),
    },
    { requiredKeys: [] },
  );

/** Any query about agents that the schema allows: also such as will be refused field by field. */
export function queries(names: Names): fc.Arbitrary<Asked> {
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
      .constantFrom(...names.seats)
      .chain(({ account, ref }) =>
        field(
          'agentByAccount',
          [argument('account', 'String!', fc.constant(account)), argument('ref', 'String!', fc.constant(ref))],
          agent,
        ),
      ),
    field(
      'agents',
      [
        // What is refused here ends the answer before what stands beside it is done: calls would come after it.
        argument('first', 'Int', fc.constantFrom(0, 1, 3, 40, 51, 200)),
        argument('filter', 'AgentFilter', filters(names)),
      ],
      fc.oneof(around('{ nodes', agent, '}'), around('{ totalCount edges { node', agent, '} }')),
    ),
    field('node', [argument('id', 'ID!', id)], node),
    field('nodes', [argument('ids', '[ID!]!', fc.array(id, { maxLength: 60 }))], node),
  );
  return fc.tuple(selection('__typename', roots, 'Query', 3), fc.boolean()).map(([{ text, variables }, yes]) => {
    let number = 0;
    const named = text.replaceAll(HOLE, () => `$v${number++}`);
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

/** What can be asked about in a gateway of the sandbox's, and what is like it and leads nowhere. */
export async function namesIn(gateway: Gateway): Promise<Names> {
  interface Agent {
    readonly id: string;
    readonly email: string | null;
    readonly accounts: readonly { readonly ref: string; readonly account: { readonly name: string } }[];
  }
  const { data } = await gateway.query<{ readonly agents: { readonly nodes: readonly Agent[] } }>(
    `query ($during: TimeRange!) {
      agents(first: 200) {
        nodes {
          id email accounts { ref account { name } }
          statusPeriods(during: $during, first: 1) { nodes { id } }
          sessions(during: $during, first: 1) { nodes { id } }
          latestInteractions { nodes { id } }
        }
      }
    }`,
    { during: { from: '2026-11-18T06:00:00Z', to: '2026-11-19T06:00:00Z' } },
  );
  const ids = JSON.stringify(data).matchAll(/"id":"([^"]+)"/g);
  const { nodes } = data.agents;
  return {
    ids: [...[...ids].flatMap(([, id]) => id ?? []), 'bm9ib2R5', ''],
    emails: [...nodes.flatMap(({ email }) => email ?? []), 'nobody@example.com'],
    seats: [
      ...nodes.flatMap((agent) => agent.accounts.map(({ account, ref }) => ({ account: account.name, ref }))),
      { account: 'kore-main', ref: 'nobody@example.com' },
      { account: 'nowhere', ref: '1' },
    ],
  };
}
