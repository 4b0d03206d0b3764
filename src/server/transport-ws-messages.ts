/** A message of a client, as graphql-transport-ws defines it (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md). */
export type ClientMessage =
  | { readonly type: 'connection_init'; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly type: 'ping'; readonly payload: unknown }
  | { readonly type: 'pong' }
  | { readonly type: 'subscribe'; readonly id: string; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly type: 'complete'; readonly id: string };

/** Why a connection is closed. */
export const CLOSE_CODES = {
  goingAway: 1001,
  /** Clients connect again (https://www.iana.org/assignments/websocket/websocket.xhtml#close-code-number). */
  serviceRestart: 1012,
  tryAgainLater: 1013,
  internalError: 4500,
  badRequest: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  subprotocolNotAcceptable: 4406,
  initTimeout: 4408,
  subscriberAlreadyExists: 4409,
  tooManyInits: 4429,
} as const;

/** The reason with which connections are closed whose callers have other permissions now. */
export const RECONFIGURED = 'The configuration has changed; connect again';

/** Null for what is not a message of the protocol. */
export function parseClientMessage(text: string): ClientMessage | null {
  const message = parseObject(text);
  if (!message) return null;
  const { type, id, payload } = message;
  if (payload !== undefined && payload !== null && !isObject(payload)) return null;
  switch (type) {
    case 'connection_init':
      return { type, payload: payload ?? {} };
    case 'ping':
      return { type, payload: payload ?? undefined };
    case 'pong':
      return { type };
    case 'subscribe':
      return isId(id) && isOperation(payload) ? { type, id, payload } : null;
    case 'complete':
      return isId(id) ? { type, id } : null;
    default:
      return null;
  }
}

function isId(id: unknown): id is string {
  return typeof id === 'string' && id !== '';
}

/** A text, or what may stand for one. What the texts and values are is checked where the operation is executed. */
function isOperation(payload: unknown): payload is Readonly<Record<string, unknown>> {
  if (!isObject(payload)) return false;
  const { query, variables, extensions, operationName } = payload;
  return (
    (query === undefined || typeof query === 'string') &&
    (operationName == null || typeof operationName === 'string') &&
    (variables == null || isObject(variables)) &&
    (extensions == null || isObject(extensions))
  );
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
