import { describe, expect, test } from '@jest/globals';
import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  buildSchema,
  defaultFieldResolver,
  graphql,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  parse,
  print,
} from 'graphql';
import { agentId, interactionId, sessionId, statusPeriodId } from '../../src/domain/global-id.ts';
import { failureReport } from '../../src/domain/source.ts';
import type { Page } from '../../src/gather/page.ts';
import { pageFields } from '../../src/graphql/page.ts';
import { createSchema, printPublicSchema } from '../../src/graphql/schema.ts';
import type { Sources } from '../../src/vendors/vendor.ts';
import { account, entry } from '../directory/support.ts';
import {
  NOW,
  agentNamed,
  event,
  fakeHouse,
  fresh,
  interaction,
  period,
  session,
  vendorError,
} from '../gather/support.ts';

const schema = createSchema();

/** What @apollo/subgraph adds: not ours to describe. */
const OURS = (type: GraphQLNamedType) =>
  !isIntrospectionType(type) && !isSpecifiedScalarType(type) && !/^_|__|^link/.test(type.name);
const typesOf = (one: GraphQLSchema) => Object.values(one.getTypeMap()).filter(OURS);
const fieldsOf = (type: GraphQLObjectType) =>
  Object.values(type.getFields()).filter(({ name }) => !name.startsWith('_'));

const PERIOD = period('v', NOW);
const SESSION = { ...session('v', 's1', NOW, NOW + 1), statusPeriods: [PERIOD] };
const INTERACTION = interaction('v', 'g1');
const page: Page<unknown> = {
  nodes: [PERIOD],
  cursors: ['c'],
  hasNextPage: false,
  hasPreviousPage: false,
  totalCount: 1,
};
const sourced = { ...page, sources: [] };
const span = {
  start: NOW,
  end: NOW,
  sessionCount: null,
  usersCount: null,
  messagesCount: null,
  unhandledMessagesCount: null,
  successfulResponsesCount: null,
  ambiguousMessagesCount: null,
  mismatchedAmbiguousMessagesCount: null,
  interventionsCount: null,
  successRate: null,
};
const stats = { account: 'v', ref: 'jane', current: span, previous: null, buckets: [span] };

const sources: Sources = {
  statusPeriods: () => Promise.resolve(fresh('v', [PERIOD])),
  currentStatus: () => Promise.resolve(fresh('v', PERIOD)),
  sessions: () => Promise.resolve(fresh('v', [SESSION])),
  sessionOf: (period) => (period === PERIOD ? SESSION : null),
  latestInteractions: () => Promise.resolve(fresh('v', [INTERACTION])),
  usageStats: () => Promise.resolve(fresh('v', stats)),
};
const house = fakeHouse(
  [entry('jane', { name: 'Jane', accounts: { v: 'jane' } })],
  [{ name: 'v', vendor: 'KORE', sources }],
);

test('what is asked of an agent is asked once, wherever in an answer the agent is come by', async () => {
  let asked = 0;
  const counting: Sources = {
    ...sources,
    currentStatus: () => {
      asked += 1;
      return Promise.resolve(fresh('v', PERIOD));
    },
    statusPeriods: () => {
      asked += 1;
      return Promise.resolve(fresh('v', [PERIOD, { ...PERIOD, start: PERIOD.start + 1 }]));
    },
  };
  const entries = [entry('jane', { name: 'Jane', accounts: { v: 'jane' } })];
  const desk = fakeHouse(entries, [{ name: 'v', vendor: 'KORE', sources: counting }]).desk();
  const source = `query ($one: TimeRange!, $other: TimeRange!) { agents { nodes {
    a: statusPeriods(during: $one) { nodes { agent { currentStatus { status } b: statusPeriods(during: $one) { totalCount } } } }
    c: statusPeriods(during: $other) { nodes { agent { currentStatus { status } } } }
    d: statusPeriods(during: $one, first: 1) { totalCount }
    currentStatus { agent { currentStatus { status } } } } } }`;
  const range = (to: string) => ({ from: '2026-11-19T00:00:00Z', to });
  const variableValues = { one: range('2026-11-20T00:00:00Z'), other: range('2026-11-20T06:00:00Z') };
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue: { desk } });
  expect(errors).toBeUndefined();
  const inner = { currentStatus: { status: 'AVAILABLE' } };
  const both = { agent: { ...inner, b: { totalCount: 2 } } };
  expect(data).toMatchObject({
    agents: {
      nodes: [
        {
          a: { nodes: [both, both] },
          c: { nodes: [{ agent: inner }, { agent: inner }] },
          d: { totalCount: 2 },
          currentStatus: { agent: inner },
        },
      ],
    },
  });
  // The status, and the periods of two ranges and of a shorter page.
  expect(asked).toBe(4);
});

function run(source: string, variableValues: Readonly<Record<string, unknown>> = {}) {
  return graphql({ schema, source, variableValues, contextValue: { desk: house.desk() } });
}

describe('every field', () => {
  const [edge] = pageFields.edges(page);
  /** For every type: what the gateway's own code gives for it. */
  const samples: Readonly<Record<string, object>> = {
    Query: {},
    Agent: agentNamed(house.desk(), 'jane'),
    AgentAccount: { account: 'v', ref: 'jane' },
    Account: account('v'),
    AgentConnection: page,
    AgentEdge: { ...edge },
    PageInfo: pageFields.pageInfo(page),
    StatusPeriod: PERIOD,
    StatusPeriodConnection: sourced,
    StatusPeriodEdge: { ...edge },
    StatusTotal: { account: 'v', status: 'BUSY', seconds: 1, periods: 1 },
    Session: SESSION,
    SessionConnection: sourced,
    SessionEdge: { ...edge },
    SessionEvent: event(NOW),
    Interaction: INTERACTION,
    InteractionConnection: sourced,
    InteractionEdge: { ...edge },
    UsageStats: { ...stats, sources: [] },
    UsageInterval: span,
    SourceReport: failureReport(vendorError('v', 'VENDOR_TIMEOUT')),
    SourceError: vendorError('v', 'VENDOR_TIMEOUT'),
  };
  const resolves = (field: GraphQLField<unknown, unknown>, sample: object) =>
    (field.resolve !== undefined && field.resolve !== defaultFieldResolver) || field.name in sample;

  test('of every type is there, either as a property or by a resolver', () => {
    const types = typesOf(schema).filter(isObjectType);
    expect(types.map(({ name }) => name).toSorted()).toEqual(Object.keys(samples).toSorted());
    const missing = types.flatMap((type) =>
      fieldsOf(type)
        .filter((field) => !resolves(field, samples[type.name] ?? {}))
        .map((field) => `${type.name}.${field.name}`),
    );
    expect(missing).toEqual([]);
  });

  test('and one that is not would be noticed', () => {
    const extended = buildSchema('type Query { new: String }').getQueryType()?.getFields().new;
    expect(extended && resolves(extended, samples.StatusPeriod ?? {})).toBe(false);
  });

  test('can be asked for at once, and none of them fails', async () => {
    const times = `during: {from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z"}`;
    const days = `during: {from: "2026-11-20", to: "2026-11-20"}`;
    const { data, errors } = await run(`{
      accounts { ...A }
      agents {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } }
        nodes {
          id key kind name email accounts { account { ...A } ref }
          currentStatus { ...P }
          statusPeriods(${times}) { ...C nodes { ...P session { ...S } } sources { ...R } complete }
          timeInStatus(${times}) { account { ...A } status seconds periods }
          sessions(${times}) { totalCount complete nodes { ...S } edges { cursor node { id } } sources { ...R } }
          latestInteractions { totalCount complete nodes { ...I } edges { cursor node { id } } sources { ...R } }
          usageStats(${days}) { agent { id } account { ...A } complete sources { ...R }
            current { ...U } previous { ...U } buckets { ...U } }
        }
      }
    }
    fragment A on Account { name vendor state lastError lastSuccessAt }
    fragment C on StatusPeriodConnection { totalCount edges { cursor node { id } } pageInfo { endCursor } }
    fragment P on StatusPeriod { id agent { id } account { ...A } status label vendorStatus start end durationSeconds isOngoing }
    fragment S on Session { id agent { id } account { ...A } vendorSessionId loginAt logoutAt state durationSeconds
      statusPeriods { ...P } peakConcurrentEngagements groupId profileIds events { type at status vendorStatus
      previousVendorStatus concurrentEngagements previousConcurrentEngagements maxConcurrentEngagements } }
    fragment I on Interaction { id agent { id } account { ...A } guid type vendorType direction start end durationSeconds
      isActive channelGuid }
    fragment U on UsageInterval { start end sessionCount usersCount messagesCount unhandledMessagesCount
      successfulResponsesCount ambiguousMessagesCount mismatchedAmbiguousMessagesCount interventionsCount successRate }
    fragment R on SourceReport { account { ...A } endpoint outcome fetchedAt servedFrom error { code message
      retryAfterSeconds } coveredFrom coveredTo }`);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      agents: {
        nodes: [
          {
            currentStatus: { start: '2026-11-20T09:30:00.000Z', durationSeconds: 1, agent: { id: agentId('jane') } },
            statusPeriods: { complete: true, nodes: [{ session: { vendorSessionId: 's1' } }] },
          },
        ],
      },
    });
  });
});

describe('descriptions', () => {
  /** Everything in a schema that has none, by its path. */
  function undescribed(one: GraphQLSchema): readonly string[] {
    return typesOf(one).flatMap((type) => {
      const parts: [string, string | null | undefined][] = [[type.name, type.description]];
      if (isEnumType(type))
        for (const value of type.getValues()) parts.push([`${type.name}.${value.name}`, value.description]);
      if (isObjectType(type) || isInterfaceType(type)) {
        for (const field of Object.values(type.getFields())) {
          if (field.name.startsWith('_')) continue;
          parts.push([`${type.name}.${field.name}`, field.description]);
          for (const arg of field.args) parts.push([`${type.name}.${field.name}(${arg.name})`, arg.description]);
        }
      }
      if (isInputObjectType(type)) {
        for (const field of Object.values(type.getFields()))
          parts.push([`${type.name}.${field.name}`, field.description]);
      }
      return parts.filter(([path, text]) => path !== 'Query' && !text?.trim()).map(([path]) => path);
    });
  }

  test('stand at every type, field, argument and enum value, in the schema that runs and in the one that is published', () => {
    expect(typesOf(schema).length).toBeGreaterThan(30);
    expect(undescribed(schema)).toEqual([]);
    expect(undescribed(buildSchema(printPublicSchema()))).toEqual([]);
  });

  test('and one that is missing would be noticed', () => {
    const bare = buildSchema(
      'type Query { a(b: Int): E } enum E { X } input I { y: Int } scalar Z interface N { id: ID }',
    );
    expect(undescribed(bare)).toEqual(['Query.a', 'Query.a(b)', 'E', 'E.X', 'I', 'I.y', 'Z', 'N', 'N.id']);
  });
});

test('the scalars are ours, not pass-throughs', async () => {
  expect(
    typesOf(schema)
      .filter(isScalarType)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(['Date', 'DateTime', 'TimeZone']);
  const { errors } = await run(
    `query ($d: DateTime!) { agents { nodes { timeInStatus(during: {from: $d, to: "2026-11-20T00:00:00Z"}) { seconds } } } }`,
    { d: '2026-02-31T00:00:00Z' },
  );
  expect(errors?.[0]?.message).toContain('DateTime must be an instant');
});

test('the published schema holds what the gateway has, and nothing of the federation’s', () => {
  const text = printPublicSchema();
  expect(text).not.toMatch(/_service|_entities|@key|@link/);
  expect(text.endsWith('}\n')).toBe(true);
  const names = (one: GraphQLSchema) =>
    typesOf(one)
      .map(({ name }) => name)
      .toSorted();
  expect(names(buildSchema(text))).toEqual(names(schema));
  expect(printPublicSchema()).toBe(text);
});

describe('as a subgraph', () => {
  test('it tells its schema, with the keys of its entities', async () => {
    const { data, errors } = await run('{ _service { sdl } }');
    expect(errors).toBeUndefined();
    const { sdl } = (data as unknown as { _service: { sdl: string } })._service;
    const keyed = parse(sdl).definitions.flatMap((one) =>
      (one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.OBJECT_TYPE_EXTENSION) &&
      one.directives?.map((directive) => print(directive)).includes('@key(fields: "id")')
        ? [one.name.value]
        : [],
    );
    expect(keyed.toSorted()).toEqual(['Agent', 'Interaction', 'Session', 'StatusPeriod']);
    expect(sdl).toContain('https://specs.apollo.dev/federation/v2');
  });

  const QUERY = `query ($of: [_Any!]!) { _entities(representations: $of) {
    __typename ... on Agent { id name } ... on Session { id vendorSessionId } ... on StatusPeriod { id status }
    ... on Interaction { id guid } } }`;
  async function entities(...of: readonly unknown[]) {
    const { data, errors } = await run(QUERY, { of });
    expect(errors).toBeUndefined();
    return (data as unknown as { _entities: readonly unknown[] })._entities;
  }
  const ids = {
    Agent: agentId('jane'),
    Session: sessionId(SESSION),
    StatusPeriod: statusPeriodId(PERIOD),
    Interaction: interactionId(INTERACTION),
  };

  test('it finds every entity by its id, in the order in which they are asked for', async () => {
    const asked = Object.entries(ids).map(([name, id]) => ({ __typename: name, id }));
    expect(await entities(...asked, asked[0])).toEqual([
      { ...asked[0], name: 'Jane' },
      { ...asked[1], vendorSessionId: 's1' },
      { ...asked[2], status: 'AVAILABLE' },
      { ...asked[3], guid: 'g1' },
      { ...asked[0], name: 'Jane' },
    ]);
  });

  test.each<[string, unknown]>([
    ['an id that leads nowhere', { __typename: 'Agent', id: agentId('nobody') }],
    ['no id of ours', { __typename: 'Agent', id: 'jane' }],
    ['an id of another type', { __typename: 'Session', id: ids.Agent }],
    ['no id', { __typename: 'Agent' }],
    ['an id that is a number', { __typename: 'Agent', id: 5 }],
    ['an id that is a list', { __typename: 'Agent', id: [ids.Agent] }],
    ['an id that is null', { __typename: 'Agent', id: null }],
  ])('it gives null for %s', async (_name, representation) => {
    expect(await entities(representation)).toEqual([null]);
  });

  test.each<[string, unknown]>([
    ['of no type', { id: ids.Agent }],
    ['of a type that is no entity', { __typename: 'Account', id: 'kore' }],
    ['of a type that there is not', { __typename: 'Nope', id: ids.Agent }],
    ['that is a text', 'Agent'],
    ['that is a number', 5],
  ])('it says of a representation %s that it is none, and gives the others', async (_name, representation) => {
    const { data, errors } = await run(QUERY, { of: [representation, { __typename: 'Agent', id: ids.Agent }] });
    expect(data).toMatchObject({ _entities: [null, { id: ids.Agent }] });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatchObject({
      path: ['_entities', 0],
      originalError: { name: 'InvalidInput', argument: 'representations' },
    });
  });

  test('what it gives away is the thing itself, which the sources know, and is not written upon', async () => {
    const { data } = await run(
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on StatusPeriod { session { id } } } }',
      {
        of: [{ __typename: 'StatusPeriod', id: ids.StatusPeriod }],
      },
    );
    expect(data).toEqual({ _entities: [{ session: { id: ids.Session } }] });
    for (const one of [SESSION, PERIOD]) expect(Object.getOwnPropertyNames(one)).not.toContain('__typename');
  });
});
