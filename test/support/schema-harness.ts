import {
  getOperationAST,
  graphql,
  type GraphQLNamedType,
  type GraphQLSchema,
  isIntrospectionType,
  isSpecifiedScalarType,
  parse,
  validate,
} from 'graphql';
import { createOperationPreparer } from '../../src/graphql/ast/operation.ts';
import { executeOperation } from '../../src/graphql/execution/execute-operation.ts';
import { ObjectTexts } from '../../src/graphql/execution/object-texts.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import type { AccountDataSource } from '../../src/vendors/vendor.ts';
import { directoryEntry } from './directory-fixtures.ts';
import { createFakeServices, freshResult, interaction, NOW, period, session } from './gather-harness.ts';

export const schema = createSchema();

/** Added by @apollo/subgraph, which describes them. */
function isOwnType(type: GraphQLNamedType) {
  return !isIntrospectionType(type) && !isSpecifiedScalarType(type) && !/^_|__|^link/.test(type.name);
}

export function ownTypesOf(graphqlSchema: GraphQLSchema) {
  return Object.values(graphqlSchema.getTypeMap()).filter(isOwnType);
}

export const PERIOD = period('v', NOW);
export const SESSION = { ...session('v', 's1', NOW, NOW + 1), statusPeriods: [PERIOD] };
export const INTERACTION = interaction('v', 'g1');

export const usageInterval = {
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
export const usageStats = {
  account: 'v',
  ref: 'jane',
  current: usageInterval,
  previous: null,
  buckets: [usageInterval],
};

export const sources: AccountDataSource = {
  statusPeriods: () => Promise.resolve(freshResult('v', [PERIOD])),
  currentStatus: () => Promise.resolve(freshResult('v', PERIOD)),
  sessions: () => Promise.resolve(freshResult('v', [SESSION])),
  findSession: (target) => (target === PERIOD ? SESSION : null),
  latestInteractions: () => Promise.resolve(freshResult('v', [INTERACTION])),
  usageStats: () => Promise.resolve(freshResult('v', usageStats)),
};

/** One agent, in a team, whose account has every capability. */
export const services = createFakeServices(
  [directoryEntry('jane', { name: 'Jane', email: 'jane@example.com', team: 't', accounts: { v: 'jane' } })],
  [{ name: 'v', vendor: 'KORE', sources }],
  [{ id: 't', name: 'Team T' }],
);

const prepareOperation = createOperationPreparer();

/** Runs a valid query; `OPTIMISATIONS=off` with the executor of graphql-js. */
export async function runQuery(source: string, variables: Readonly<Record<string, unknown>> = {}) {
  const contextValue = services.createContext();
  const document = parse(source);
  const definition = getOperationAST(document);
  if (process.env.OPTIMISATIONS === 'off' || !definition || validate(schema, document).length > 0)
    return graphql({ schema, source, variableValues: variables, contextValue });
  const { operation, errors } = prepareOperation({ schema, document, definition, variables });
  if (!operation) return { errors };
  const { data, errors: executionErrors } = await executeOperation(operation, contextValue, new ObjectTexts(0));
  return {
    ...(executionErrors && { errors: executionErrors }),
    data: data && (data.toJSON() as Record<string, unknown>),
  };
}
