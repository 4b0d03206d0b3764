import type { ApolloServerPlugin } from '@apollo/server';
import { type ASTNode, BREAK, type DocumentNode, GraphQLError, Kind, visit } from 'graphql';

/**
 * Adds the path of the argument that contains a rejected literal, as `extensions.argument`: the scalar receives only the value,
 * and its error has only the position in the document.
 */
export const argumentPathPlugin: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      validationDidStart: ({ document }) =>
        Promise.resolve((errors) => {
          for (const error of errors ?? []) {
            if (!(error instanceof GraphQLError) || error.extensions.code !== 'BAD_USER_INPUT') continue;
            const [value] = error.nodes ?? [];
            if (value) error.extensions.argument = findArgumentPath(document, value);
          }
          return Promise.resolve();
        }),
    }),
};

/** Finds the path from a field to a value in its arguments, such as `during.from`; empty for a value outside of any argument. */
function findArgumentPath(document: DocumentNode, value: ASTNode): string {
  let enclosingNodes: readonly (ASTNode | readonly ASTNode[])[] = [];
  visit(document, {
    enter(node, _key, parent, _path, ancestors) {
      if (node !== value) return undefined;
      enclosingNodes = parent ? [...ancestors, parent] : ancestors;
      return BREAK;
    },
  });
  return enclosingNodes
    .flatMap((node) =>
      'kind' in node && (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) ? node.name.value : [],
    )
    .join('.');
}
