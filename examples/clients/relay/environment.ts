import {
  Environment,
  type FetchFunction,
  type GraphQLResponse,
  Network,
  Observable,
  RecordSource,
  Store,
  type SubscribeFunction,
} from 'relay-runtime';
import { createSseClient } from '../sse.ts';

export function createRelayEnvironment(url: string, token?: string): Environment {
  const fetchQuery: FetchFunction = async ({ text }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  };
  const sse = createSseClient(url, token);
  const subscribe: SubscribeFunction = ({ text }, variables) =>
    Observable.create((sink) =>
      sse.subscribe(
        { query: text ?? '', variables },
        {
          next: (result) => {
            sink.next(result as GraphQLResponse);
          },
          error: (error) => {
            sink.error(error instanceof Error ? error : new Error(JSON.stringify(error)));
          },
          complete: sink.complete,
        },
      ),
    );
  return new Environment({ network: Network.create(fetchQuery, subscribe), store: new Store(new RecordSource()) });
}
