import {
  type GraphQLNamedType,
  type GraphQLSchema,
  graphql,
  isIntrospectionType,
  isSpecifiedScalarType,
} from 'graphql';
import { createSchema } from '../../src/graphql/schema.ts';
import type { Sources } from '../../src/vendors/vendor.ts';
import { entry } from '../directory/support.ts';
import { NOW, fakeHouse, fresh, interaction, period, session } from '../gather/support.ts';

export const schema = createSchema();

/** What @apollo/subgraph adds: not ours to describe. */
const OURS = (type: GraphQLNamedType) =>
  !isIntrospectionType(type) && !isSpecifiedScalarType(type) && !/^_|__|^link/.test(type.name);

export const typesOf = (one: GraphQLSchema) => Object.values(one.getTypeMap()).filter(OURS);

export const PERIOD = period('v', NOW);
export const SESSION = { ...session('v', 's1', NOW, NOW + 1), statusPeriods: [PERIOD] };
export const INTERACTION = interaction('v', 'g1');

export const span = {
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
export const stats = { account: 'v', ref: 'jane', current: span, previous: null, buckets: [span] };

export const sources: Sources = {
  statusPeriods: () => Promise.resolve(fresh('v', [PERIOD])),
  currentStatus: () => Promise.resolve(fresh('v', PERIOD)),
  sessions: () => Promise.resolve(fresh('v', [SESSION])),
  sessionOf: (period) => (period === PERIOD ? SESSION : null),
  latestInteractions: () => Promise.resolve(fresh('v', [INTERACTION])),
  usageStats: () => Promise.resolve(fresh('v', stats)),
};

/** One agent, of whom an account can tell something of every kind. */
export const house = fakeHouse(
  [entry('jane', { name: 'Jane', accounts: { v: 'jane' } })],
  [{ name: 'v', vendor: 'KORE', sources }],
);

export function run(source: string, variableValues: Readonly<Record<string, unknown>> = {}) {
  return graphql({ schema, source, variableValues, contextValue: { desk: house.desk() } });
}
