import { readFileSync, readdirSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, buildSchema, parse, printSchema } from 'graphql';
import type { Resolvers } from '../generated/resolvers.ts';
import { account } from './account.ts';
import { agent } from './agent.ts';
import { takeNullForDefault } from './arguments.ts';
import { entities, FEDERATION } from './entities.ts';
import { interaction } from './interaction.ts';
import { query } from './query.ts';
import { DateScalar, DateTime, TimeZone } from './scalars.ts';
import { session } from './session.ts';
import { source } from './source.ts';
import { statusPeriod } from './status-period.ts';
import { usageStats } from './usage-stats.ts';

const FOLDER = new URL('../../schema/', import.meta.url);

/** The schema's text, every file of the folder, as people write it. */
function readTypeDefinitions(): string {
  const files = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.graphql'))
    .sort();
  return files.map((name) => readFileSync(new URL(name, FOLDER), 'utf8')).join('\n');
}

/** The SDL for client generators: our types alone, without what makes them a subgraph. */
export function printPublicSchema(): string {
  return `${printSchema(buildSchema(readTypeDefinitions()))}\n`;
}

const resolvers: Resolvers = {
  DateTime,
  Date: DateScalar,
  TimeZone,
  ...query,
  ...account,
  ...agent,
  ...interaction,
  ...session,
  ...source,
  ...statusPeriod,
  ...usageStats,
};

type SubgraphModule = Extract<Parameters<typeof buildSubgraphSchema>[0], readonly unknown[]>[number];
type SubgraphResolvers = Extract<SubgraphModule, { typeDefs: unknown; resolvers?: unknown }>['resolvers'] & object;

/** The schema that the gateway runs: everything in schema/, and a Federation 2 subgraph besides. */
export function createSchema(): GraphQLSchema {
  const map = { ...resolvers, ...entities, Query: { ...resolvers.Query, ...entities.Query } };
  const typeDefs = parse(readTypeDefinitions() + FEDERATION);
  return takeNullForDefault(buildSubgraphSchema([{ typeDefs, resolvers: map as SubgraphResolvers }]));
}
