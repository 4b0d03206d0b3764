import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { createSseClient } from '../sse.ts';

export function createUrqlClient(url: string, token?: string): Client {
  const sse = createSseClient(url, token);
  return new Client({
    url,
    // urql sends queries by GET, which needs a header that pages of other sites cannot send: the token's, or this one.
    fetchOptions: {
      headers: token === undefined ? { 'apollo-require-preflight': 'true' } : { authorization: `Bearer ${token}` },
    },
    exchanges: [
      cacheExchange({
        keys: {
          Account: ({ name }) => name as string,
          // Parts of another object, without an identity of their own.
          AgentAccount: () => null,
          Presence: () => null,
          SessionEvent: () => null,
          SourceError: () => null,
          SourceReport: () => null,
          StatusChange: () => null,
          StatusCount: () => null,
          StatusCounts: () => null,
          StatusTotal: () => null,
          StatusTotals: () => null,
          UsageInterval: () => null,
          UsageStats: () => null,
        },
        resolvers: {
          Query: { agents: relayPagination() },
          Agent: { statusPeriods: relayPagination(), sessions: relayPagination() },
        },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables = {} }) => ({
          subscribe: (sink) => ({ unsubscribe: sse.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  });
}
