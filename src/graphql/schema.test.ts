import { describe, expect, test } from '@jest/globals';
import {
  buildSchema,
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
} from 'graphql';
import { knownAccount } from '../../test/support/directory-fixtures.ts';
import { event, findListedAgent, NOW, vendorError } from '../../test/support/gather-harness.ts';
import {
  INTERACTION,
  ownTypesOf,
  PERIOD,
  runQuery,
  schema,
  services,
  SESSION,
  usageInterval,
  usageStats,
} from '../../test/support/schema-harness.ts';
import { agentId } from '../domain/global-id.ts';
import { failureReport } from '../domain/source.ts';
import type { Page } from '../gather/page.ts';
import { connectionFields } from './resolvers/connection-fields.ts';
import { printPublicSchema } from './schema.ts';

function fieldsOf(type: GraphQLObjectType) {
  return Object.values(type.getFields()).filter(({ name }) => !name.startsWith('_'));
}

const page: Page<unknown> = {
  nodes: [PERIOD],
  cursors: () => ['c'],
  hasNextPage: false,
  hasPreviousPage: false,
  totalCount: 1,
};
const sourcedPage = { ...page, sources: [] };

describe('fields of the schema', () => {
  const [edge] = connectionFields.edges(page);
  /** A source object of each type, as the gateway's own code creates it. */
  const samples: Readonly<Record<string, object>> = {
    Query: {},
    Agent: findListedAgent(services.createContext(), 'jane'),
    AgentAccount: { account: 'v', ref: 'jane' },
    Account: knownAccount('v'),
    AgentConnection: sourcedPage,
    AgentEdge: { ...edge },
    PageInfo: connectionFields.pageInfo(page),
    Presence: { status: PERIOD, observedAt: NOW, sources: [] },
    StatusCounts: { total: 1, counts: [], withoutStatus: 1, unknown: 0, observedAt: NOW, sources: [] },
    StatusCount: { status: 'BUSY', label: null, count: 1, longestSince: NOW },
    Team: { id: 't', name: 'T' },
    StatusPeriod: PERIOD,
    StatusPeriodConnection: sourcedPage,
    StatusPeriodEdge: { ...edge },
    Subscription: {},
    StatusChange: { agent: {}, account: 'v', previous: null, current: PERIOD, isInitial: true, detectedAt: NOW },
    StatusTotal: { account: 'v', status: 'BUSY', seconds: 1, periods: 1, from: NOW, to: NOW, complete: true },
    StatusTotals: { nodes: () => [], sources: [] },
    Session: SESSION,
    SessionConnection: sourcedPage,
    SessionEdge: { ...edge },
    SessionEvent: event(NOW),
    Interaction: INTERACTION,
    InteractionConnection: sourcedPage,
    InteractionEdge: { ...edge },
    UsageStats: { ...usageStats, sources: [] },
    UsageInterval: usageInterval,
    SourceReport: failureReport(vendorError('v', 'VENDOR_TIMEOUT')),
    SourceError: vendorError('v', 'VENDOR_TIMEOUT'),
  };
  const resolves = (field: GraphQLField<unknown, unknown>, sample: object) =>
    (field.resolve !== undefined && field.resolve !== defaultFieldResolver) || field.name in sample;

  test('provides a property or a resolver for every field of every type', () => {
    const types = ownTypesOf(schema).filter(isObjectType);
    expect(types.map(({ name }) => name).toSorted()).toEqual(Object.keys(samples).toSorted());
    const missing = types.flatMap((type) =>
      fieldsOf(type)
        .filter((field) => !resolves(field, samples[type.name] ?? {}))
        .map((field) => `${type.name}.${field.name}`),
    );
    expect(missing).toEqual([]);
  });

  test('detects a field without property and resolver (canary)', () => {
    const extended = buildSchema('type Query { new: String }').getQueryType()?.getFields().new;
    expect(extended && resolves(extended, samples.StatusPeriod ?? {})).toBe(false);
  });

  test('resolves a query that selects every field, without errors', async () => {
    const times = `during: {from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z"}`;
    const days = `during: {from: "2026-11-20", to: "2026-11-20"}`;
    const { data, errors } = await runQuery(`{
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
    fragment A on Account { name vendor state lastError lastSuccessAt callsLastMinute requestsPerMinute }
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

describe('descriptions of the schema', () => {
  /** Returns the paths of all elements without a description. */
  function findUndescribed(graphqlSchema: GraphQLSchema): readonly string[] {
    return ownTypesOf(graphqlSchema).flatMap((type) => {
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

  test('describes every type, field, argument and enum value, in the executable and in the published schema', () => {
    expect(ownTypesOf(schema).length).toBeGreaterThan(30);
    expect(findUndescribed(schema)).toEqual([]);
    expect(findUndescribed(buildSchema(printPublicSchema()))).toEqual([]);
  });

  test('detects missing descriptions (canary)', () => {
    const bare = buildSchema(
      'type Query { a(b: Int): E } enum E { X } input I { y: Int } scalar Z interface N { id: ID }',
    );
    expect(findUndescribed(bare)).toEqual(['Query.a', 'Query.a(b)', 'E', 'E.X', 'I', 'I.y', 'Z', 'N', 'N.id']);
  });
});

test('validates values with its own scalars instead of passing them through', async () => {
  expect(
    ownTypesOf(schema)
      .filter(isScalarType)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(['Date', 'DateTime', 'TimeZone']);
  const { errors } = await runQuery(
    `query ($d: DateTime!) { agents { nodes { timeInStatus(during: {from: $d, to: "2026-11-20T00:00:00Z"}) { seconds } } } }`,
    { d: '2026-02-31T00:00:00Z' },
  );
  expect(errors?.[0]?.message).toContain('DateTime must be an instant');
});

test('publishes all types of the gateway, without the federation types', () => {
  const text = printPublicSchema();
  expect(text).not.toMatch(/_service|_entities|@key|@link/);
  expect(text.endsWith('}\n')).toBe(true);
  const names = (graphqlSchema: GraphQLSchema) =>
    ownTypesOf(graphqlSchema)
      .map(({ name }) => name)
      .toSorted();
  expect(names(buildSchema(text))).toEqual(names(schema));
  expect(printPublicSchema()).toBe(text);
});
