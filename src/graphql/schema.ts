import { readdirSync, readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { buildSchema, type GraphQLSchema, printSchema } from 'graphql';
import type { Resolvers } from '../generated/resolvers.ts';
import { applyDefaultsForNull } from './ast/arguments.ts';
import { markConstantFields } from './ast/constant-fields.ts';
import { addFederationDirectives } from './federation.ts';
import { accountResolvers } from './resolvers/account.ts';
import { agentConstants, agentResolvers } from './resolvers/agent.ts';
import { entityResolvers } from './resolvers/entities.ts';
import { interactionConstants, interactionResolvers } from './resolvers/interaction.ts';
import { queryResolvers } from './resolvers/query.ts';
import { DateScalar, DateTimeScalar, TimeZoneScalar } from './resolvers/scalars.ts';
import { sessionConstants, sessionResolvers } from './resolvers/session.ts';
import { sourceResolvers } from './resolvers/source.ts';
import { statusCountsResolvers } from './resolvers/status-counts.ts';
import { statusPeriodConstants, statusPeriodResolvers } from './resolvers/status-period.ts';
import { statusTotalsResolvers } from './resolvers/status-totals.ts';
import { subscriptionResolvers } from './resolvers/subscription.ts';
import { teamResolvers } from './resolvers/team.ts';
import { usageStatsResolvers } from './resolvers/usage-stats.ts';

const SCHEMA_FOLDER = new URL('../../schema/', import.meta.url);

/** Reads the type definitions: every file of the schema folder, in order of name. */
function readTypeDefinitions(): string {
  const files = readdirSync(SCHEMA_FOLDER)
    .filter((name) => name.endsWith('.graphql'))
    .sort();
  return files.map((name) => readFileSync(new URL(name, SCHEMA_FOLDER), 'utf8')).join('\n');
}

/** Prints the SDL for client generators: the gateway's own types, without the federation parts. */
export function printPublicSchema(): string {
  return `${printSchema(buildSchema(readTypeDefinitions()))}\n`;
}

const resolvers: Resolvers = {
  DateTime: DateTimeScalar,
  Date: DateScalar,
  TimeZone: TimeZoneScalar,
  ...queryResolvers,
  ...accountResolvers,
  ...agentResolvers,
  ...interactionResolvers,
  ...sessionResolvers,
  ...sourceResolvers,
  ...statusCountsResolvers,
  ...statusPeriodResolvers,
  ...statusTotalsResolvers,
  ...teamResolvers,
  ...usageStatsResolvers,
};

type SubgraphModule = Extract<Parameters<typeof buildSubgraphSchema>[0], readonly unknown[]>[number];
type SubgraphResolvers = Extract<SubgraphModule, { typeDefs: unknown; resolvers?: unknown }>['resolvers'] & object;

/** Creates the executable schema: everything in schema/, plus the fields of a Federation 2 subgraph. */
export function createSchema(): GraphQLSchema {
  const allResolvers = {
    ...resolvers,
    ...subscriptionResolvers,
    ...entityResolvers,
    Query: { ...resolvers.Query, ...entityResolvers.Query },
  };
  const typeDefs = addFederationDirectives(readTypeDefinitions());
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: allResolvers as SubgraphResolvers }]);
  return markConstantFields(applyDefaultsForNull(schema), {
    ...agentConstants,
    ...interactionConstants,
    ...sessionConstants,
    ...statusPeriodConstants,
  });
}
