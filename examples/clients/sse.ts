import { type Client, createClient } from 'graphql-sse';

/** Subscribes over server-sent events, and again for as long as it takes when a stream ends. */
export function createSseClient(url: string, token?: string): Client {
  return createClient({
    url,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    retryAttempts: Infinity,
  });
}
