import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, type GraphQLError, Kind, parse, visit } from 'graphql';
import type { Limits } from '../../config/settings.ts';
import { measureOperations, type Size } from './measure.ts';
import { tooComplex } from './too-complex.ts';

export type DocumentLimits = Pick<Limits, 'maxDepth' | 'maxAliases' | 'maxRootFields'>;

const MOST_OPERATIONS = 10;
const MOST_FRAGMENTS = 50;
const MOST_DIRECTIVES = 30;
/** Written out: fragments that spread others more than once double them, and whatever walks the document walks them all. */
const MOST_FIELDS = 2000;

/** The first limit that the document exceeds, as the error to answer with; null when it keeps them all. */
export function exceededLimit(document: DocumentNode, limits: DocumentLimits): GraphQLError | null {
  const sizes = measureOperations(document);
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).length;
  const largest = (of: keyof Size) => Math.max(0, ...sizes.map((size) => size[of]));
  const checks = [
    { limit: 'operations', found: sizes.length, most: MOST_OPERATIONS, what: 'operations in one document' },
    { limit: 'fragments', found: fragments, most: MOST_FRAGMENTS, what: 'fragments in one document' },
    { limit: 'depth', found: largest('depth'), most: limits.maxDepth, what: 'levels of fields' },
    {
      limit: 'root_fields',
      found: largest('rootFields'),
      most: limits.maxRootFields,
      what: 'fields on the first level',
    },
    { limit: 'fields', found: largest('fields'), most: MOST_FIELDS, what: 'fields' },
    { limit: 'aliases', found: largest('aliases'), most: limits.maxAliases, what: 'aliases' },
    {
      limit: 'directives',
      found: Math.max(largest('directives'), directivesIn(document)),
      most: MOST_DIRECTIVES,
      what: 'directives',
    },
  ] as const;
  const exceeded = checks.find(({ found, most }) => found > most);
  if (!exceeded) return null;
  const { limit, most, what } = exceeded;
  return tooComplex(limit, `more than ${most} ${what}, fragments written out.`);
}

/** Wherever they stand: validation looks at those of variables and of fragments that nobody spreads, too. */
function directivesIn(document: DocumentNode): number {
  let count = 0;
  visit(document, {
    Directive: () => {
      count += 1;
    },
  });
  return count;
}

/**
 * Refuses a document that is bigger than allowed, before it is validated, which for some documents takes long. What it costs to
 * parse is bounded by `maxTokens`. It is no validation rule because those run together with all the others.
 */
export function limitsPlugin(limits: DocumentLimits): ApolloServerPlugin {
  const refusals = new WeakMap<DocumentNode, GraphQLError>();
  return {
    requestDidStart: () =>
      Promise.resolve({
        validationDidStart: (about) => {
          const error = exceededLimit(about.document, limits);
          if (error) {
            // Apollo takes no refusal here. So it gets something harmless to validate, and to remember for the next time.
            const standIn = parse('{ __typename }');
            refusals.set(standIn, error);
            Object.assign(about, { document: standIn });
          }
          return Promise.resolve();
        },

        didResolveOperation: ({ document }) => {
          const error = refusals.get(document);
          return error ? Promise.reject(error) : Promise.resolve();
        },
      }),
  };
}
