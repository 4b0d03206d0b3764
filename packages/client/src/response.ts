import type { GraphqlError } from './graphql-error.ts';
import { RequestError } from './request-error.ts';

/** The answer to a query. */
export interface QueryResult<Data> {
  readonly data: Data;
  /** Why fields of `data` are null; empty when no field failed. */
  readonly errors: readonly GraphqlError[];
  /** When the same query can first bring something new, by `Cache-Control: max-age`; null where the gateway does not say. */
  readonly maxAgeSeconds: number | null;
}

interface ResponseBody<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphqlError[];
}

/** Reads a GraphQL response; rejects with a RequestError where it has no data, and with the reason of an abort. */
export async function readResult<Data>(response: Response, signal?: AbortSignal): Promise<QueryResult<Data>> {
  const { data, errors = [] } = parseBody<Data>(await readText(response, signal), response);
  if (data === undefined || data === null) {
    const [first] = errors;
    const retryAfterSeconds = readRetryAfter(response) ?? first?.extensions?.retryAfterSeconds ?? null;
    const message = errors.map((error) => error.message).join('; ') || 'The response has no data.';
    throw new RequestError(message, first?.extensions?.code ?? 'BAD_RESPONSE', {
      status: response.status,
      errors,
      retryAfterSeconds,
    });
  }
  return { data, errors, maxAgeSeconds: readMaxAge(response) };
}

async function readText(response: Response, signal?: AbortSignal): Promise<string> {
  try {
    return await response.text();
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new RequestError('The connection closed before the end of the response.', 'NETWORK_ERROR', {
      status: response.status,
      cause,
    });
  }
}

function parseBody<Data>(text: string, response: Response): ResponseBody<Data> {
  try {
    const body = JSON.parse(text) as ResponseBody<Data> | null;
    if (typeof body === 'object' && body !== null) return body;
  } catch {
    // Such as the HTML page of a proxy.
  }
  throw new RequestError(`The response is not GraphQL (HTTP status ${response.status}).`, 'BAD_RESPONSE', {
    status: response.status,
    retryAfterSeconds: readRetryAfter(response),
  });
}

/** The gateway sends seconds; a proxy may send a date, which counts as none. */
function readRetryAfter({ headers }: Response): number | null {
  return parseSeconds(headers.get('retry-after'));
}

function readMaxAge({ headers }: Response): number | null {
  return parseSeconds(/(?:^|,)\s*max-age=(\d+)/i.exec(headers.get('cache-control') ?? '')?.[1] ?? null);
}

function parseSeconds(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text.trim()) ? Number(text) : null;
}
