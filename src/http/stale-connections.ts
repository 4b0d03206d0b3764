import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { DiagnosticsChannel } from 'undici';

/** Distinguishes the failure of a new connection from that of one that was kept open after earlier answers. */
export interface StaleConnections {
  /** Whether a request failed with this error on a connection that had answered before. */
  readonly isStale: (error: unknown) => boolean;
  readonly stop: () => void;
}

/**
 * Watches undici's connections by its diagnostics channels (https://undici.nodejs.org/#/docs/api/DiagnosticsChannel), since its
 * errors do not name the connection. A server may close a kept connection while a request is under way, which says nothing about its
 * health: https://www.rfc-editor.org/rfc/rfc9112#section-9.5.
 */
export function watchStaleConnections(): StaleConnections {
  const connections = new WeakMap<object, object>();
  const answered = new WeakSet<object>();
  const staleErrors = new WeakSet<object>();

  const listeners: readonly (readonly [string, (message: unknown) => void])[] = [
    [
      'undici:client:sendHeaders',
      (message) => {
        const { request, socket } = message as DiagnosticsChannel.ClientSendHeadersMessage;
        connections.set(request, socket);
      },
    ],
    [
      'undici:request:headers',
      (message) => {
        const connection = connections.get((message as DiagnosticsChannel.RequestHeadersMessage).request);
        if (connection) answered.add(connection);
      },
    ],
    [
      'undici:request:error',
      (message) => {
        const { request, error } = message as { readonly request: object; readonly error: unknown };
        const connection = connections.get(request);
        // A request may be aborted with any value, also none.
        if (connection && answered.has(connection) && isObject(error)) staleErrors.add(error);
      },
    ],
  ];
  for (const [channel, listener] of listeners) subscribe(channel, listener);
  return {
    isStale: (error) => isObject(error) && staleErrors.has(error),
    stop: () => {
      for (const [channel, listener] of listeners) unsubscribe(channel, listener);
    },
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
