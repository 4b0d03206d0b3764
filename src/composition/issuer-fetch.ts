import type { FetchImplementation } from 'jose';
import { fetch as undiciFetch } from 'undici';
import { SECOND } from '../domain/time.ts';
import { USER_AGENT } from '../http/account-headers.ts';
import type { Transport } from '../http/transport.ts';

const CONNECT_TIMEOUT_MS = 2 * SECOND;

/** Creates the function that fetches the keys of a token issuer: with the gateway's name, through the environment's proxy. */
export function createIssuerFetch(transport: Transport): FetchImplementation {
  const dispatcher = transport.dispatcherFor({ connectTimeoutMs: CONNECT_TIMEOUT_MS });
  return async (url, { headers, method, redirect, signal }) => {
    const allHeaders = { ...Object.fromEntries(headers), 'user-agent': USER_AGENT };
    const {
      status,
      body,
      headers: responseHeaders,
    } = await undiciFetch(url, {
      headers: allHeaders,
      method,
      redirect,
      signal,
      dispatcher,
    });
    return new Response(body, { status, headers: [...responseHeaders] });
  };
}
