import type { TypedDocumentString } from './generated/graphql.ts';

export interface QueryResult<Data> {
  readonly data: Data;
  /** Why fields of `data` are null. Empty when no field failed. */
  readonly errors: readonly GraphqlError[];
}

export interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string };
}

/** Executes a query at `url` (…/graphql). Throws when the result has no data. `key` is an API key or a JWT, where the gateway needs one. */
export async function execute<Data, Variables>(
  url: string,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  key?: string,
): Promise<QueryResult<Data>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { data, errors = [] } = (await response.json()) as { data?: Data | null; errors?: readonly GraphqlError[] };
  if (data === undefined || data === null) {
    throw new Error(`${response.status}: ${errors.map((error) => error.message).join('; ') || 'no data'}`);
  }
  return { data, errors };
}
