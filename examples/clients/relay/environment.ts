import { Environment, type FetchFunction, Network, RecordSource, Store } from 'relay-runtime';

export function createRelayEnvironment(url: string, token?: string): Environment {
  const fetchQuery: FetchFunction = async ({ text }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  };
  return new Environment({ network: Network.create(fetchQuery), store: new Store(new RecordSource()) });
}
