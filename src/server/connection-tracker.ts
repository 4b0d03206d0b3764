import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { Exchange } from './exchange.ts';

/** How long a request that is on its way has to arrive, once no more are wanted. */
const DRAIN_GRACE_MS = SECOND;

/** The connections of a server, and on which of them an answer is owed. */
export interface ConnectionTracker {
  readonly onConnect: (socket: Socket) => void;
  /** From now until it has ended, an answer is owed. */
  readonly onRequestStart: (exchange: Exchange) => void;
  readonly onRequestEnd: (exchange: Exchange) => void;
  /** The latest exchange that is under way there. */
  readonly currentExchange: (socket: Duplex) => Exchange | undefined;
  /** From now on answers say that their connection is not kept. */
  readonly disableKeepAlive: () => void;
  /** From now on a connection goes when no answer is owed on it: an idle one at once, another after a moment. */
  readonly closeIdle: () => void;
  /** Ends all of them; says whether no answer was owed. */
  readonly destroyAll: () => boolean;
}

export function createConnectionTracker(clock: Clock): ConnectionTracker {
  const sockets = new Set<Socket>();
  const inFlight = new Map<Duplex, Exchange>();
  /** How many bytes had come when the last answer was out. */
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

  return {
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
      // Of requests that came without waiting for answers the last one is answered last.
      if (inFlight.get(socket) !== exchange) return;
      inFlight.delete(socket);
      bytesReadAtLastResponse.set(socket, socket.bytesRead);
      if (!isDraining) return;
      // Not cut: what the client still sends would have it lose the answer.
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
        if (inFlight.has(socket)) continue;
        if (socket.bytesRead === bytesReadAtLastResponse.get(socket)) socket.destroy();
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
