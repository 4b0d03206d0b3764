/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query Wallboard($after: String) {\n  agents(first: 200, after: $after, filter: {kind: HUMAN}) {\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    nodes {\n      id\n      name\n      email\n      currentStatus {\n        status\n        label\n        start\n      }\n    }\n  }\n}": typeof types.WallboardDocument,
};
const documents: Documents = {
    "query Wallboard($after: String) {\n  agents(first: 200, after: $after, filter: {kind: HUMAN}) {\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    nodes {\n      id\n      name\n      email\n      currentStatus {\n        status\n        label\n        start\n      }\n    }\n  }\n}": types.WallboardDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Wallboard($after: String) {\n  agents(first: 200, after: $after, filter: {kind: HUMAN}) {\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    nodes {\n      id\n      name\n      email\n      currentStatus {\n        status\n        label\n        start\n      }\n    }\n  }\n}"): typeof import('./graphql.ts').WallboardDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
