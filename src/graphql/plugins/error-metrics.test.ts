import { ApolloServer, HeaderMap } from '@apollo/server';
import { expect, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { createMetrics } from '../../observability/metrics.ts';
import { documentLimitsPlugin } from './document-limits.ts';
import { errorMetricsPlugin } from './error-metrics.ts';

const typeDefs = 'type Query { bad: Int worse: Int }';
function fail(code: string) {
  return () => {
    throw new GraphQLError('no', { extensions: { code } });
  };
}
const resolvers = { Query: { bad: fail('VENDOR_TIMEOUT'), worse: fail('UNKNOWN_CODE') } };

test('counts every error of a response by code, and a rejection by its limit', async () => {
  const metrics = createMetrics();
  const plugins = [documentLimitsPlugin({ maxDepth: 1, maxAliases: 1, maxRootFields: 3 }), errorMetricsPlugin(metrics)];
  const apollo = new ApolloServer({ typeDefs, resolvers, plugins });
  await apollo.executeOperation({ query: '{ bad again: bad worse }' });
  await apollo.executeOperation({ query: '{ gone }' });
  await apollo.executeOperation({ query: '{ bad bad bad bad }' });
  const httpGraphQLRequest = { method: 'POST', headers: new HeaderMap(), search: '', body: {} };
  await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: () => Promise.resolve({}) });

  const lines = (await metrics.text()).split('\n').filter((line) => /^switchboard_(graphql|limit)/.test(line));
  expect(lines).toEqual([
    'switchboard_graphql_errors_total{code="INTERNAL_SERVER_ERROR"} 0',
    'switchboard_graphql_errors_total{code="VENDOR_TIMEOUT"} 2',
    'switchboard_graphql_errors_total{code="other"} 1',
    'switchboard_graphql_errors_total{code="GRAPHQL_VALIDATION_FAILED"} 1',
    'switchboard_graphql_errors_total{code="QUERY_TOO_COMPLEX"} 1',
    'switchboard_graphql_errors_total{code="BAD_REQUEST"} 1',
    'switchboard_limit_rejections_total{limit="root_fields"} 1',
  ]);
  await apollo.stop();
});
