import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, GraphQLError } from 'graphql';
import type { Limits } from '../../config/settings.ts';
import { measureOperations } from './measure.ts';

export type DocumentLimits = Pick<Limits, 'maxDepth' | 'maxAliases' | 'maxRootFields'>;

const MOST_OPERATIONS = 10;
const MOST_DIRECTIVES = 30;

/** The first limit that the document exceeds, as the error to answer with; null when it keeps them all. */
export function exceededLimit(document: DocumentNode, limits: DocumentLimits): GraphQLError | null {
  const sizes = measureOperations(document);
  const largest = (of: 'depth' | 'aliases' | 'rootFields' | 'directives') =>
    Math.max(0, ...sizes.map((size) => size[of]));
  const checks = [
    { limit: 'operations', found: sizes.length, most: MOST_OPERATIONS, what: 'operations in one document' },
    { limit: 'depth', found: largest('depth'), most: limits.maxDepth, what: 'levels of fields' },
    {
      limit: 'root_fields',
      found: largest('rootFields'),
      most: limits.maxRootFields,
      what: 'fields on the first level',
    },
    { limit: 'aliases', found: largest('aliases'), most: limits.maxAliases, what: 'aliases' },
    { limit: 'directives', found: largest('directives'), most: MOST_DIRECTIVES, what: 'directives' },
  ] as const;
  const exceeded = checks.find(({ found, most }) => found > most);
  if (!exceeded) return null;
  const { limit, most, what } = exceeded;
  return new GraphQLError(`The query is too complex: more than ${most} ${what}, fragments written out.`, {
    extensions: { code: 'QUERY_TOO_COMPLEX', limit, http: { status: 400 } },
  });
}

/**
 * Refuses, before anything runs, a valid document that is bigger than allowed. It is no validation rule because Apollo
 * Server gives whatever those report its own code. What an invalid document costs is bounded by `maxTokens` alone.
 */
export function limitsPlugin(limits: DocumentLimits): ApolloServerPlugin {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ document }) => {
          const error = exceededLimit(document, limits);
          return error ? Promise.reject(error) : Promise.resolve();
        },
      }),
  };
}
