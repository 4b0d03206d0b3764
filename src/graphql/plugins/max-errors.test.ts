import { ApolloServer } from '@apollo/server';
import { expect, test } from '@jest/globals';
import { maxErrorsPlugin } from './max-errors.ts';

const apollo = new ApolloServer({
  typeDefs: 'type Query { things(count: Int!): [Thing!]! } type Thing { bad: Int }',
  resolvers: {
    Query: { things: (_: unknown, { count }: { count: number }) => Array.from({ length: count }, () => ({})) },
    Thing: {
      bad: () => {
        throw new Error('no');
      },
    },
  },
  plugins: [
    // Another plugin that adds extensions.
    {
      requestDidStart: () =>
        Promise.resolve({
          willSendResponse: ({ response: { body } }) => {
            if (body.kind === 'single') body.singleResult.extensions = { other: 1, switchboard: { trace: [] } };
            return Promise.resolve();
          },
        }),
    },
    maxErrorsPlugin,
  ],
});

test.each([
  [1000, 1000, undefined],
  [1001, 1000, 1],
  [5000, 1000, 4000],
])('sends, of %i errors, %i and reports %j as omitted', async (count, sent, omitted) => {
  const { body } = await apollo.executeOperation({ query: `{ things(count: ${count}) { bad } }` });
  if (body.kind !== 'single') throw new Error('expected a single result');
  const { data, errors, extensions } = body.singleResult;
  expect(data?.things).toHaveLength(count);
  expect(errors).toHaveLength(sent);
  expect(errors?.at(-1)?.path).toEqual(['things', sent - 1, 'bad']);
  expect(extensions).toEqual({
    other: 1,
    switchboard: { trace: [], ...(omitted !== undefined && { omittedErrors: omitted }) },
  });
});
