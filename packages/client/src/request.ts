import type { ClientOptions } from './client-options.ts';
import type { Environment } from './environment.ts';
import { RequestError } from './request-error.ts';
import { type QueryResult, readResult } from './response.ts';
import { findDocumentId, type TypedDocument } from './typed-document.ts';

/** The body of a request, with the text of a document or its id. */
export type GraphqlRequest = { readonly variables: unknown } & (
  { readonly query: string } | { readonly documentId: string }
);

/** Returns the request for a document, by its id where that is wanted and known. */
export function toRequest<Data, Variables>(
  document: TypedDocument<Data, Variables>,
  variables: unknown,
  { documentIds = false }: Pick<ClientOptions, 'documentIds'>,
): GraphqlRequest {
  const documentId = documentIds ? findDocumentId(document) : undefined;
  return documentId === undefined ? { query: document.toString(), variables } : { documentId, variables };
}

/** Sends a request. Rejects with a RequestError where the gateway cannot be reached, and with the reason of an abort. */
export async function sendRequest(
  { fetch }: Environment,
  { url, token }: ClientOptions,
  request: GraphqlRequest,
  { accept, signal }: { readonly accept: string; readonly signal?: AbortSignal | undefined },
): Promise<Response> {
  const key = typeof token === 'function' ? await token() : token;
  try {
    return await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept,
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(request),
      ...(signal && { signal }),
    });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new RequestError(`${String(url)} cannot be reached.`, 'NETWORK_ERROR', { status: null, cause });
  }
}

/** Sends a query and reads its answer. Rejects with a RequestError where there is no data. */
export async function sendQuery<Data>(
  environment: Environment,
  options: ClientOptions,
  request: GraphqlRequest,
  signal?: AbortSignal,
): Promise<QueryResult<Data>> {
  const accept = 'application/graphql-response+json, application/json;q=0.9';
  return readResult<Data>(await sendRequest(environment, options, request, { accept, signal }), signal);
}
