import { getOperationAST, GraphQLError, type OperationTypeNode, parse } from 'graphql';
import type { GraphqlRequest } from './graphql-request.ts';
import { HttpError } from './http-error.ts';
import { parseJsonBody } from './request-body.ts';

/** The parameters of a request, wherever they came from: not validated. */
export type OperationParams = Readonly<Record<string, unknown>>;

/** Reads the parameters of a POST from its body, those of a GET from its query string. Throws an `HttpError`. */
export function readOperationParams({ method, body, search }: GraphqlRequest): OperationParams {
  if (body) return assertParams(parseJsonBody(body));
  if (method !== 'GET') return {};
  const params: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(search))
    params[name] = JSON_PARAMS.has(name) ? parseParam(name, value) : value;
  return params;
}

const JSON_PARAMS: ReadonlySet<string> = new Set(['variables', 'extensions']);

function parseParam(name: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new HttpError(400, 'BAD_REQUEST', `The parameter ${name} is not valid JSON.`);
  }
}

function assertParams(body: unknown): OperationParams {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as OperationParams;
  throw new HttpError(400, 'BAD_REQUEST', 'The request body must be a JSON object; batches are not supported.');
}

/** Returns the type of the operation that is named; null for a document that is not valid, or too long. */
export function findOperationType(params: unknown, maxTokens: number): OperationTypeNode | null {
  const { query, operationName } = Object(params) as OperationParams;
  if (typeof query !== 'string') return null;
  try {
    const document = parse(query, { maxLexicalTokens: maxTokens, noLocation: true });
    return getOperationAST(document, typeof operationName === 'string' ? operationName : null)?.operation ?? null;
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}
