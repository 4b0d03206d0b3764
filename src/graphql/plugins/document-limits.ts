import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, type GraphQLError, Kind, parse, visit } from 'graphql';
import type { Limits } from '../../config/settings.ts';
import { measureOperations, type OperationSize } from '../limits/operation-size.ts';
import { queryTooComplexError } from '../limits/query-too-complex-error.ts';

export type DocumentLimits = Pick<Limits, 'maxDepth' | 'maxAliases' | 'maxRootFields'>;

const MAX_OPERATIONS = 10;
const MAX_FRAGMENTS = 50;
const MAX_DIRECTIVES = 30;
/** Written out: fragments that spread others more than once double them, and whatever walks the document walks them all. */
const MAX_FIELDS = 2000;

/** The first limit that the document exceeds, as the error to answer with; null when it keeps them all. */
export function findExceededLimit(document: DocumentNode, limits: DocumentLimits): GraphQLError | null {
  const sizes = measureOperations(document);
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).length;
  const largest = (dimension: keyof OperationSize) => Math.max(0, ...sizes.map((size) => size[dimension]));
  const limitChecks = [
    { limit: 'operations', actual: sizes.length, max: MAX_OPERATIONS, subject: 'operations in one document' },
    { limit: 'fragments', actual: fragments, max: MAX_FRAGMENTS, subject: 'fragments in one document' },
    { limit: 'depth', actual: largest('depth'), max: limits.maxDepth, subject: 'levels of fields' },
    {
      limit: 'root_fields',
      actual: largest('rootFields'),
      max: limits.maxRootFields,
      subject: 'fields on the first level',
    },
    { limit: 'fields', actual: largest('fields'), max: MAX_FIELDS, subject: 'fields' },
    { limit: 'aliases', actual: largest('aliases'), max: limits.maxAliases, subject: 'aliases' },
    {
      limit: 'directives',
      actual: Math.max(largest('directives'), countDirectives(document)),
      max: MAX_DIRECTIVES,
      subject: 'directives',
    },
  ] as const;
  const exceeded = limitChecks.find(({ actual, max }) => actual > max);
  if (!exceeded) return null;
  const { limit, actual, max, subject } = exceeded;
  return queryTooComplexError(limit, `${actual} ${subject} (fragments expanded) exceed the limit of ${max}.`);
}

/** Wherever they stand: validation looks at those of variables and of fragments that nobody spreads, too. */
function countDirectives(document: DocumentNode): number {
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
export function documentLimitsPlugin(limits: DocumentLimits): ApolloServerPlugin {
  const rejections = new WeakMap<DocumentNode, GraphQLError>();
  return {
    requestDidStart: () =>
      Promise.resolve({
        validationDidStart: (requestContext) => {
          const error = findExceededLimit(requestContext.document, limits);
          if (error) {
            // Apollo takes no refusal here. So it gets something harmless to validate, and to remember for the next time.
            const placeholder = parse('{ __typename }');
            rejections.set(placeholder, error);
            Object.assign(requestContext, { document: placeholder });
          }
          return Promise.resolve();
        },

        didResolveOperation: ({ document }) => {
          const error = rejections.get(document);
          return error ? Promise.reject(error) : Promise.resolve();
        },
      }),
  };
}
