import { type DocumentNode, Kind, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { type AnswerDetails, toAnswerDetails } from './answer.ts';
import { readEvents } from './event-source.ts';
import type { ExplainMode } from './explain-mode.ts';
import { hideFederationFields } from './introspection.ts';

/** What GraphiQL passes of an operation. */
export interface OperationParameters {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: string | null | undefined;
}

interface OperationOptions {
  /** Those of the tab's headers editor. */
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  readonly documentAST?: DocumentNode | undefined;
}

export interface FetcherOptions {
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  readonly nowMs: () => number;
  readonly key: () => string;
  readonly explain: () => ExplainMode;
  /** Called for every answer, and every event of a stream, but for introspection. */
  readonly onAnswer: (details: AnswerDetails) => void;
  /** Called where the gateway needs another key. */
  readonly onUnauthenticated: () => void;
}

const INTROSPECTION = 'IntrospectionQuery';

/**
 * Creates the function by which GraphiQL sends operations: queries by POST, subscriptions as GraphQL over SSE. Each carries the key of the page,
 * which a header of the tab overrides.
 */
export function createFetcher(options: FetcherOptions) {
  const send = async (
    parameters: OperationParameters,
    { headers }: OperationOptions,
    accept: string,
    signal?: AbortSignal,
  ) => {
    const isIntrospection = parameters.operationName === INTROSPECTION;
    const response = await options.fetch(options.url, {
      method: 'POST',
      headers: joinHeaders(options, isIntrospection, accept, headers),
      body: JSON.stringify(parameters),
      ...(signal && { signal }),
    });
    if (response.status === 401) options.onUnauthenticated();
    return response;
  };

  async function query(parameters: OperationParameters, operation: OperationOptions): Promise<unknown> {
    const startedAt = options.nowMs();
    const response = await send(parameters, operation, JSON_TYPES);
    const text = await response.text();
    const body = parseJson(text, response.status);
    if (parameters.operationName === INTROSPECTION) return hideFederationFields(body);
    options.onAnswer(toAnswerDetails({ response, ms: options.nowMs() - startedAt, text, body, events: null }));
    return body;
  }

  async function* subscribe(parameters: OperationParameters, operation: OperationOptions): AsyncGenerator {
    const startedAt = options.nowMs();
    const controller = new AbortController();
    let events = 0;
    try {
      const response = await send(parameters, operation, EVENT_STREAM, controller.signal);
      for await (const text of readEvents(response)) {
        events += 1;
        const body = parseJson(text, response.status);
        options.onAnswer(toAnswerDetails({ response, ms: options.nowMs() - startedAt, text, body, events }));
        yield body;
      }
    } finally {
      controller.abort();
    }
  }

  return (parameters: OperationParameters, operation: OperationOptions = {}) =>
    isSubscription(operation.documentAST, parameters.operationName)
      ? subscribe(parameters, operation)
      : query(parameters, operation);
}

const EVENT_STREAM = 'text/event-stream';
const JSON_TYPES = 'application/graphql-response+json, application/json;q=0.9';

function joinHeaders(
  { key, explain }: FetcherOptions,
  isIntrospection: boolean,
  accept: string,
  own: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, string>> {
  const [token, mode] = [key(), isIntrospection ? 'off' : explain()];
  return {
    'content-type': 'application/json',
    accept,
    ...(token !== '' && { authorization: `Bearer ${token}` }),
    ...(mode !== 'off' && { 'switchboard-explain': mode }),
    // Names of headers have no case; two of one name would be joined.
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name.toLowerCase(), String(value)])),
  };
}

function isSubscription(document: DocumentNode | undefined, operationName: string | null | undefined): boolean {
  const operations = (document?.definitions ?? []).filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const named = operations.find(({ name }) => name?.value === operationName);
  return (named ?? operations[0])?.operation === OperationTypeNode.SUBSCRIPTION;
}

function parseJson(text: string, status: number): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`The answer is not JSON (HTTP status ${status}).`);
  }
}
