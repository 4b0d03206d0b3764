import { expect, test } from '@jest/globals';
import { print } from 'graphql';
import { addFederationDirectives } from './federation.ts';

const SDL = `
  type Query { agent: Agent node(id: ID!): Node }
  interface Node { id: ID! }
  type Agent implements Node { id: ID! node: Node }
  type PageInfo { hasNextPage: Boolean! }
`;

test('declares keys, shareable page information and hidden root fields, and changes nothing else', () => {
  const text = print(addFederationDirectives(SDL)).replaceAll(/\s+/g, ' ');
  expect(text).toContain('import: ["@key", "@shareable", "@inaccessible"]');
  expect(text).toContain('extend type Agent @key(fields: "id") @key(fields: "email") @key(fields: "key")');
  expect(text).toContain('type PageInfo @shareable { hasNextPage: Boolean! }');
  expect(text).toContain('type Query { agent: Agent node(id: ID!): Node @shareable @inaccessible }');
  expect(text).toContain('type Agent implements Node { id: ID! node: Node }');
});
