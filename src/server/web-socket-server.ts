import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { StreamEnd } from '../live/subscriber.ts';
import type { Caller } from '../request/caller.ts';
import type { Authenticator } from './auth.ts';
import type { ClientAddressReader } from './client-address.ts';
import { HttpError } from './http-error.ts';
import { toLimitKey } from './limit-key.ts';
import type { Logger, ServerMetrics } from './ports.ts';
import { createTransportWsConnection, type TransportWsConnection } from './transport-ws-connection.ts';
import { CLOSE_CODES, RECONFIGURED } from './transport-ws-messages.ts';
import { createWebSocketLimits, type MaxConnections, type WebSocketLimits } from './web-socket-limits.ts';
import type { EventSocket, StartOperation } from './web-socket-operations.ts';

const SUBPROTOCOL = 'graphql-transport-ws';
/** For reading some more of what has been sent. */
const MAX_UNREAD_MS = 30 * SECOND;

export interface WebSocketOptions {
  readonly clock: Clock;
  readonly authenticate: Authenticator;
  readonly readClientAddress: ClientAddressReader;
  readonly start: StartOperation;
  readonly maxPayloadBytes: () => number;
  readonly maxConnections: () => MaxConnections;
  readonly metrics: Pick<ServerMetrics, 'requestStarted' | 'requestEnded' | 'limitRejection'>;
  readonly logger: Pick<Logger, 'request' | 'error'>;
}

/** What the access log says of a connection, or of an upgrade that was refused. */
interface ConnectionLogEntry {
  readonly status: 101 | 503;
  readonly clientAddress: string;
  readonly caller?: string | undefined;
  readonly rejection?: 'web_sockets';
  readonly stream?: 'websocket';
  readonly closeCode?: number;
  readonly ms?: number;
}

/** The WebSocket connections of a server. */
export interface WebSockets {
  /** Completes an upgrade that has been allowed, or refuses it where there are too many connections. */
  readonly accept: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Closes the connections, the oldest first, each once the queries on it are answered. */
  readonly closeAnswered: () => void;
  /** Closes all connections; returns whether no query was running on them. */
  readonly closeAll: () => boolean;
  /** Call it when the configuration has changed: closes the connections of callers for which `findEnd` has a reason. */
  readonly reconfigure: (findEnd: (caller: Caller) => StreamEnd | null) => void;
}

export function createWebSockets(options: WebSocketOptions): WebSockets {
  const { clock, metrics, logger, readClientAddress } = options;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxPayloadBytes(),
    // What is sent is rendered once for all; compression would be done for each.
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  /** Null where the protocol is not spoken. */
  const connections = new Map<WebSocket, TransportWsConnection | null>();
  const callers = new WeakMap<WebSocket, Caller>();
  const limits = createWebSocketLimits<WebSocket>(options.maxConnections);
  let isClosing = false;

  function track(webSocket: WebSocket, clientAddress: string): void {
    const startedAtMs = clock.monotonicMs();
    connections.set(webSocket, null);
    metrics.requestStarted();
    webSocket.on('close', (code) => {
      connections.delete(webSocket);
      const caller = limits.remove(webSocket);
      const ms = Math.round(clock.monotonicMs() - startedAtMs);
      onEnd({ status: 101, stream: 'websocket', closeCode: code, ms, clientAddress, caller });
    });
    // An error is followed by `close`.
    webSocket.on('error', () => undefined);
    const displaced = limits.add(webSocket);
    if (!displaced) return;
    metrics.limitRejection('web_sockets');
    displaced.terminate();
  }

  function onEnd(entry: ConnectionLogEntry): void {
    metrics.requestEnded('GET', '/graphql', entry.status, null);
    logger.request('info', { path: '/graphql', ...entry });
  }

  return {
    accept: (request, socket, head) => {
      const clientAddress = readClientAddress(request);
      if (!limits.hasRoom()) {
        metrics.requestStarted();
        metrics.limitRejection('web_sockets');
        refuse(socket);
        onEnd({ status: 503, rejection: 'web_sockets', clientAddress });
        return;
      }
      server.options.maxPayload = options.maxPayloadBytes();
      server.handleUpgrade(request, socket, head, (webSocket) => {
        track(webSocket, clientAddress);
        if (isClosing) webSocket.close(CLOSE_CODES.goingAway);
        else if (webSocket.protocol !== SUBPROTOCOL)
          webSocket.close(CLOSE_CODES.subprotocolNotAcceptable, 'Subprotocol not acceptable');
        else {
          const identity = { authorization: request.headers.authorization, clientAddress };
          connections.set(webSocket, connect(webSocket, socket, identity, { ...options, limits, callers }));
        }
      });
    },
    closeAnswered: () => {
      isClosing = true;
      for (const connection of connections.values()) connection?.closeAnswered();
    },
    closeAll: () => {
      isClosing = true;
      const isAnswering = [...connections.values()].some((connection) => connection?.isAnswering());
      for (const webSocket of connections.keys())
        webSocket.close(CLOSE_CODES.goingAway, 'The gateway is shutting down');
      return !isAnswering;
    },
    reconfigure: (findEnd) => {
      for (const webSocket of connections.keys()) {
        const caller = callers.get(webSocket);
        const end = caller ? findEnd(caller) : null;
        if (end === 'unauthenticated') webSocket.close(CLOSE_CODES.unauthorized, 'Unauthorized');
        else if (end !== null) webSocket.close(CLOSE_CODES.serviceRestart, RECONFIGURED);
      }
    },
  };
}

function refuse(socket: Duplex): void {
  // After an upgrade, Node does not listen for errors: without a listener, the error of a client that has gone would end the process.
  socket.on('error', () => undefined);
  // The client may keep its half of the connection open.
  socket.once('finish', () => socket.destroy());
  socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

interface ClientIdentity {
  /** The header of the upgrade, which programs may send and browsers cannot. */
  readonly authorization: string | undefined;
  readonly clientAddress: string;
}

function connect(
  webSocket: WebSocket,
  socket: Duplex,
  identity: ClientIdentity,
  options: WebSocketOptions & {
    readonly limits: WebSocketLimits<WebSocket>;
    readonly callers: WeakMap<WebSocket, Caller>;
  },
): TransportWsConnection {
  const { clock, authenticate, start, logger, metrics, limits, callers } = options;
  const eventSocket = createEventSocket(webSocket, socket, clock);
  const connection = createTransportWsConnection({
    clock,
    socket: {
      ...eventSocket,
      ping: () => {
        webSocket.ping();
      },
    },
    authenticate: async (params) => {
      const authorization = readAuthorization(params) ?? identity.authorization;
      try {
        const caller = await authenticate(authorization, identity.clientAddress);
        if ('failure' in caller)
          return caller.failure === 'keys_unavailable' ? CLOSE_CODES.tryAgainLater : CLOSE_CODES.forbidden;
        if (limits.identify(webSocket, caller.name, toLimitKey(caller, identity.clientAddress))) {
          callers.set(webSocket, caller);
          return caller;
        }
        metrics.limitRejection('web_sockets');
        return CLOSE_CODES.tryAgainLater;
      } catch (error) {
        if (error instanceof HttpError) return CLOSE_CODES.tryAgainLater;
        throw error;
      }
    },
    start: (caller, id, payload, progress) => {
      const limitKey = toLimitKey(caller, identity.clientAddress);
      return start(eventSocket, { caller, limitKey, id, payload, requestId: randomUUID() }, progress);
    },
  });
  webSocket.on('message', (data: Buffer, isBinary) => {
    try {
      // The protocol has no binary messages.
      connection.onMessage(isBinary ? '' : data.toString());
    } catch (error) {
      // Thrown further, it would end the process.
      logger.error({ err: error }, 'unexpected error while handling a message');
      webSocket.close(CLOSE_CODES.internalError);
    }
  });
  webSocket.on('pong', connection.onPong);
  webSocket.on('close', connection.onClose);
  return connection;
}

/** The scheme may be left out: the parameter is for tokens only. */
function readAuthorization({ authorization }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof authorization !== 'string' || authorization === '') return undefined;
  return authorization.includes(' ') ? authorization : `Bearer ${authorization}`;
}

function createEventSocket(webSocket: WebSocket, socket: Duplex, clock: Clock): EventSocket {
  const drainCallbacks = new Set<() => void>();
  let cancelUnread: (() => void) | null = null;

  function watchReading(): boolean {
    if (!socket.writableNeedDrain) return true;
    // Each message may have an answer: a client that reads none would fill the memory.
    webSocket.pause();
    cancelUnread ??= clock.setTimer(MAX_UNREAD_MS, () => {
      webSocket.terminate();
    });
    return false;
  }
  function isOpen(): boolean {
    return webSocket.readyState === WebSocket.OPEN;
  }

  socket.on('drain', () => {
    cancelUnread?.();
    cancelUnread = null;
    webSocket.resume();
    for (const callback of drainCallbacks) callback();
  });
  webSocket.on('close', () => cancelUnread?.());
  return {
    sendParts: (head, rest) => {
      if (!isOpen()) return true;
      // Two fragments of one message, in one write: the second is the same for all receivers.
      socket.cork();
      webSocket.send(head, { fin: false });
      webSocket.send(rest, { binary: false, fin: true });
      socket.uncork();
      return watchReading();
    },
    send: (text) => {
      if (!isOpen()) return;
      webSocket.send(text);
      watchReading();
    },
    close: (code, reason) => {
      webSocket.close(code, reason);
    },
    terminate: () => {
      webSocket.terminate();
    },
    onDrain: (callback) => {
      drainCallbacks.add(callback);
      return () => drainCallbacks.delete(callback);
    },
  };
}
