import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import { type DocumentNode, type GraphQLError, parse } from 'graphql';
import { findConditionalSubscription } from '../limits/conditional-subscription.ts';
import { type DocumentLimits, findExceededLimit } from '../limits/document-limits.ts';

/**
 * Rejects a document that exceeds a limit before it is validated, because validating some documents takes long, or throws.
 * `maxTokens` bounds the time to parse it. A validation rule could not do this: graphql-js runs all rules in one visit of the document.
 */
export function documentLimitsPlugin(limits: DocumentLimits): ApolloServerPlugin {
  const rejections = new WeakMap<DocumentNode, GraphQLError>();
  return {
    requestDidStart: () =>
      Promise.resolve({
        validationDidStart: (requestContext) => {
          const { document } = requestContext;
          const error = findExceededLimit(document, limits) ?? findConditionalSubscription(document);
          if (error) rejections.set(replaceDocument(requestContext), error);
          return Promise.resolve();
        },

        didResolveOperation: ({ document }) => {
          const error = rejections.get(document);
          return error ? Promise.reject(error) : Promise.resolve();
        },
      }),
  };
}

/**
 * Replaces the document that Apollo Server validates and caches by a harmless one, and returns that one. Apollo Server treats
 * an error thrown in `validationDidStart` as a bug of the plugin and answers with status 500, so the rejection must wait for
 * `didResolveOperation`; see https://www.apollographql.com/docs/apollo-server/integrations/plugins-event-reference.
 */
function replaceDocument(requestContext: GraphQLRequestContext<object>): DocumentNode {
  const placeholder = parse('{ __typename }');
  Object.assign(requestContext, { document: placeholder });
  return placeholder;
}
