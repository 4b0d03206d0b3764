import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { Exchange } from './exchange.ts';

/** How long a request that is being sent may take to arrive once the drain has started. */
const DRAIN_GRACE_MS = SECOND;

/** Tracks a server's connections and which of them have a request in flight, for the drain. */
export interface ConnectionTracker {
  readonly onConnect: (socket: Socket) => void;
  /** Marks the connection as in flight until `onRequestEnd`. */
  readonly onRequestStart: (exchange: Exchange) => void;
  readonly onRequestEnd: (exchange: Exchange) => void;
  /** From now on the connection speaks another protocol, whose own handshake closes it. */
  readonly onUpgrade: (socket: Duplex) => void;
  /** From now on the exchange is a stream, which does not end by itself. */
  readonly onStreamStart: (exchange: Exchange) => void;
  /** Calls back once no request is in flight but streams, at once where that is so. */
  readonly whenOnlyStreams: (callback: () => void) => void;
  /** Returns the latest exchange in flight on a connection. */
  readonly currentExchange: (socket: Duplex) => Exchange | undefined;
  /** Sends `Connection: close` with every response from now on. */
  readonly disableKeepAlive: () => void;
  /** Closes idle connections: those without a partial request at once, the others after a grace period. Later ones follow when their request ends. */
  readonly closeIdle: () => void;
  /** Destroys all connections; returns whether none of them had a request in flight. */
  readonly destroyAll: () => boolean;
}

export function createConnectionTracker(clock: Clock): ConnectionTracker {
  const sockets = new Set<Socket>();
  const inFlight = new Map<Duplex, Exchange>();
  const streams = new WeakSet<Exchange>();
  const upgraded = new WeakSet<Duplex>();
  let onOnlyStreams: (() => void) | null = null;
  const bytesReadAtLastResponse = new WeakMap<Socket, number>();
  let keepAlive = true;
  let isDraining = false;

  function setConnectionClose({ response }: Exchange): void {
    if (!response.headersSent) response.setHeader('connection', 'close');
  }

  function closeAfterGrace(socket: Socket): void {
    if (socket.destroyed) return;
    const cancel = clock.setTimer(DRAIN_GRACE_MS, () => {
      if (!inFlight.has(socket)) socket.destroy();
    });
    socket.once('close', cancel);
  }

  function reportOnlyStreams(): void {
    if (!onOnlyStreams || [...inFlight.values()].some((exchange) => !streams.has(exchange))) return;
    onOnlyStreams();
    onOnlyStreams = null;
  }

  return {
    onUpgrade: (socket) => {
      upgraded.add(socket);
    },
    onStreamStart: (exchange) => {
      streams.add(exchange);
      reportOnlyStreams();
    },
    whenOnlyStreams: (callback) => {
      onOnlyStreams = callback;
      reportOnlyStreams();
    },
    onConnect: (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    },
    onRequestStart: (exchange) => {
      inFlight.set(exchange.request.socket, exchange);
      if (!keepAlive) setConnectionClose(exchange);
    },
    onRequestEnd: (exchange) => {
      const { socket } = exchange.request;
      // Pipelined requests are answered in order, so only the end of the last one makes the connection idle.
      if (inFlight.get(socket) !== exchange) return;
      inFlight.delete(socket);
      reportOnlyStreams();
      bytesReadAtLastResponse.set(socket, socket.bytesRead);
      if (!isDraining) return;
      // Half-close instead of destroy: a reset while the client still sends could make it lose the response.
      socket.end();
      closeAfterGrace(socket);
    },
    currentExchange: (socket) => inFlight.get(socket),
    disableKeepAlive: () => {
      keepAlive = false;
      for (const exchange of inFlight.values()) setConnectionClose(exchange);
    },
    closeIdle: () => {
      isDraining = true;
      for (const socket of sockets) {
        if (inFlight.has(socket) || upgraded.has(socket)) continue;
        const isBetweenRequests = socket.bytesRead === bytesReadAtLastResponse.get(socket);
        if (isBetweenRequests) socket.destroy();
        else closeAfterGrace(socket);
      }
    },
    destroyAll: () => {
      const inFlightCount = inFlight.size;
      for (const socket of sockets) socket.destroy();
      return inFlightCount === 0;
    },
  };
}
