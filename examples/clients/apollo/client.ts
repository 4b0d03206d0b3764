import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { OperationTypeNode, print } from 'graphql';
import { Observable } from 'rxjs';
import { createSseClient } from '../sse.ts';

// Apollo Client 4 wants to know of default options that change types.
declare module '@apollo/client' {
  namespace ApolloClient {
    namespace DeclareDefaultOptions {
      interface Query {
        errorPolicy: 'all';
      }
      interface WatchQuery {
        errorPolicy: 'all';
      }
    }
  }
}

export function createApolloClient(uri: string, token?: string): ApolloClient {
  const http = new HttpLink({
    uri,
    // Repeated queries can be answered by caches on the way. Apollo sends a header with GET that the gateway accepts.
    useGETForQueries: true,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  const sse = createSseClient(uri, token);
  const live = new ApolloLink(
    ({ variables, query }) => new Observable((sink) => sse.subscribe({ variables, query: print(query) }, sink)),
  );
  return new ApolloClient({
    link: ApolloLink.split(({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION, live, http),
    cache: new InMemoryCache({
      typePolicies: {
        // Agents, sessions, periods and interactions have an id. An account is known by its name.
        Account: { keyFields: ['name'] },
        Query: { fields: { agents: relayStylePagination(['filter']) } },
        Agent: {
          fields: {
            statusPeriods: relayStylePagination(['during', 'accounts']),
            sessions: relayStylePagination(['during', 'accounts']),
          },
        },
      },
    }),
    // A vendor that fails costs its own fields: show the rest, and what `error` says of them.
    defaultOptions: { query: { errorPolicy: 'all' }, watchQuery: { errorPolicy: 'all' } },
  });
}
