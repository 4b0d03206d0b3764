import type { TypedDocumentString } from './generated/graphql.ts';

export interface Answer<Data> {
  readonly data: Data;
  /** What is missing from `data`, and why: a field that failed is null there. Empty when nothing failed. */
  readonly errors: readonly GraphqlError[];
}

export interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string };
}

/** Runs a query at `url` (…/graphql). Throws when there is no data at all. `key`: an API key or a JWT, where one is needed. */
export async function execute<Data, Variables>(
  url: string,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  key?: string,
): Promise<Answer<Data>> {
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
