import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import type { Scope } from '../../config/settings.ts';
import type { RequestContext } from '../../request/context.ts';

/** Root fields that tell the schema: introspection, and what a federation router asks a subgraph. */
const SCHEMA_FIELDS: ReadonlySet<string> = new Set(['__schema', '__type', '_service']);

/** The scopes that an operation needs. One that only asks for the schema needs no right to read data. */
export function neededScopes(document: DocumentNode, operation: OperationDefinitionNode): ReadonlySet<Scope> {
  return new Set([...rootFields(document, operation)].map((name) => (SCHEMA_FIELDS.has(name) ? 'introspect' : 'read')));
}

/** The names of the fields on the first level, through fragments. */
function rootFields(document: DocumentNode, operation: OperationDefinitionNode): ReadonlySet<string> {
  const names = new Set<string>();
  const entered = new Set<string>();

  function enter(selectionSet: SelectionSetNode | undefined): void {
    for (const node of selectionSet?.selections ?? []) {
      if (node.kind === Kind.FIELD) {
        names.add(node.name.value);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        enter(node.selectionSet);
      } else if (!entered.has(node.name.value)) {
        entered.add(node.name.value);
        const fragment = document.definitions.find(
          (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === node.name.value,
        );
        enter(fragment && 'selectionSet' in fragment ? fragment.selectionSet : undefined);
      }
    }
  }

  enter(operation.selectionSet);
  return names;
}

/** Refuses, before anything runs, an operation for which the caller lacks a scope. */
export const accessPlugin: ApolloServerPlugin<RequestContext> = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ document, operation, contextValue: { request } }) => {
        // Without an operation there is nothing to run: Apollo says so next.
        if (!operation) return Promise.resolve();
        const needed = [...neededScopes(document, operation), ...(request.explain ? (['explain'] as const) : [])];
        const missing = needed.find((scope) => !request.caller.scopes.has(scope));
        return missing ? Promise.reject(forbidden(missing)) : Promise.resolve();
      },
    }),
};

function forbidden(scope: Scope): GraphQLError {
  return new GraphQLError(`This needs the scope "${scope}".`, {
    extensions: { code: 'FORBIDDEN', http: { status: 403 } },
  });
}
