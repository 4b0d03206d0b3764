import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import type { DocumentNode, GraphQLError } from 'graphql';
import { type CheckedDocument, createPlaceholder, type ReadDocument } from '../document-reader.ts';
import { type DocumentLimits, findRejection } from '../limits/document-limits.ts';

/**
 * Rejects a document that exceeds a limit before it is validated, because validating some documents takes long, or throws.
 * `maxTokens` bounds the time to parse it. A validation rule could not do this: graphql-js runs all rules in one visit of the document.
 *
 * With a reader, Apollo Server parses and validates only what the reader finds invalid, to report why.
 */
export function documentLimitsPlugin(limits: DocumentLimits, read: ReadDocument | null = null): ApolloServerPlugin {
  const rejections = new WeakMap<DocumentNode, GraphQLError>();

  /**
   * Puts a document in the place of the one that Apollo Server would parse, or validate. Apollo Server treats an error thrown at
   * these stages as a bug of the plugin and answers with status 500, so the rejection must wait for `didResolveOperation`; see
   * https://www.apollographql.com/docs/apollo-server/integrations/plugins-event-reference.
   */
  function putDocument(requestContext: GraphQLRequestContext<object>, { document, rejection }: CheckedDocument): void {
    if (rejection) rejections.set(document, rejection);
    Object.assign(requestContext, { document });
  }

  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveSource: (requestContext) => {
          const { source, queryHash, schema } = requestContext;
          const checked = read?.(source, queryHash, schema);
          if (checked) putDocument(requestContext, checked);
          return Promise.resolve();
        },

        validationDidStart: (requestContext) => {
          const rejection = findRejection(requestContext.document, limits);
          if (rejection) putDocument(requestContext, { document: createPlaceholder(), rejection });
          return Promise.resolve();
        },

        didResolveOperation: ({ document }) => {
          const error = rejections.get(document);
          return error ? Promise.reject(error) : Promise.resolve();
        },
      }),
  };
}
