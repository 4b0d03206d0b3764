import { describe, expect, test } from '@jest/globals';
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  buildSchema,
  defaultFieldResolver,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
} from 'graphql';
import { agentId } from '../../src/domain/global-id.ts';
import { failureReport } from '../../src/domain/source.ts';
import type { Page } from '../../src/gather/page.ts';
import { pageFields } from '../../src/graphql/page.ts';
import { printPublicSchema } from '../../src/graphql/schema.ts';
import { account } from '../directory/support.ts';
import { NOW, agentNamed, event, vendorError } from '../gather/support.ts';
import { INTERACTION, PERIOD, SESSION, house, run, schema, span, stats, typesOf } from './schema-support.ts';

const fieldsOf = (type: GraphQLObjectType) =>
  Object.values(type.getFields()).filter(({ name }) => !name.startsWith('_'));

const page: Page<unknown> = {
  nodes: [PERIOD],
  cursors: ['c'],
  hasNextPage: false,
  hasPreviousPage: false,
  totalCount: 1,
};
const sourced = { ...page, sources: [] };

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
