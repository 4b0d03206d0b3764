import type { ApolloServerPlugin } from '@apollo/server';
import { BREAK, type ASTNode, type DocumentNode, GraphQLError, Kind, visit } from 'graphql';

/**
 * Names the argument that a refused value stands in, as `extensions.argument`: a scalar knows only the value, and the value's
 * error only its place in the document.
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

/** The path of names that lead to a value from its field, such as `during.from`; empty for one outside of any argument. */
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
