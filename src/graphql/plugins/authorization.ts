import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import type { Scope } from '../../config/settings.ts';
import type { RequestContext } from '../../request/request-context.ts';

/** Root fields that expose the schema: introspection, and what a federation router queries. */
const SCHEMA_FIELDS: ReadonlySet<string> = new Set(['__schema', '__type', '_service']);

/** Returns the scopes that an operation needs. An operation that only reads the schema does not need the scope `read`. */
export function requiredScopes(document: DocumentNode, operation: OperationDefinitionNode): ReadonlySet<Scope> {
  return new Set(
    [...rootFieldNames(document, operation)].map((name) => (SCHEMA_FIELDS.has(name) ? 'introspect' : 'read')),
  );
}

/** Returns the names of the fields on the first level, through fragments. */
function rootFieldNames(document: DocumentNode, operation: OperationDefinitionNode): ReadonlySet<string> {
  const names = new Set<string>();
  const visitedFragments = new Set<string>();

  function visit(selectionSet: SelectionSetNode | undefined): void {
    for (const node of selectionSet?.selections ?? []) {
      if (node.kind === Kind.FIELD) {
        names.add(node.name.value);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        visit(node.selectionSet);
      } else if (!visitedFragments.has(node.name.value)) {
        visitedFragments.add(node.name.value);
        const fragment = document.definitions.find(
          (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === node.name.value,
        );
        visit(fragment && 'selectionSet' in fragment ? fragment.selectionSet : undefined);
      }
    }
  }

  visit(operation.selectionSet);
  return names;
}

/** Rejects an operation before execution if the caller does not have a required scope. */
export const authorizationPlugin: ApolloServerPlugin<RequestContext> = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ document, operation, contextValue }) => {
        // Without an operation there is nothing to execute; Apollo Server reports that next.
        if (!operation) return Promise.resolve();
        const required = [
          ...requiredScopes(document, operation),
          ...(contextValue.explain ? (['explain'] as const) : []),
        ];
        const missingScope = required.find((scope) => !contextValue.caller.scopes.has(scope));
        return missingScope ? Promise.reject(missingScopeError(missingScope)) : Promise.resolve();
      },
    }),
};

function missingScopeError(scope: Scope): GraphQLError {
  return new GraphQLError(`The scope "${scope}" is required.`, {
    extensions: { code: 'FORBIDDEN', http: { status: 403 } },
  });
}
