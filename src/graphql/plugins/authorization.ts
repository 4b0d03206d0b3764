import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import type { Scope } from '../../config/settings.ts';
import type { RequestContext } from '../../request/request-context.ts';

/** Root fields that tell the schema: introspection, and what a federation router asks a subgraph. */
const SCHEMA_FIELDS: ReadonlySet<string> = new Set(['__schema', '__type', '_service']);

/** The scopes that an operation needs. One that only asks for the schema needs no right to read data. */
export function requiredScopes(document: DocumentNode, operation: OperationDefinitionNode): ReadonlySet<Scope> {
  return new Set(
    [...rootFieldNames(document, operation)].map((name) => (SCHEMA_FIELDS.has(name) ? 'introspect' : 'read')),
  );
}

/** The names of the fields on the first level, through fragments. */
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

/** Refuses, before anything runs, an operation for which the caller lacks a scope. */
export const authorizationPlugin: ApolloServerPlugin<RequestContext> = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ document, operation, contextValue }) => {
        // Without an operation there is nothing to run: Apollo says so next.
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
  return new GraphQLError(`This needs the scope "${scope}".`, {
    extensions: { code: 'FORBIDDEN', http: { status: 403 } },
  });
}
