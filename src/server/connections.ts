import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { Exchange } from './exchange.ts';

/** How long a request that is on its way has to arrive, once no more are wanted. */
const GRACE = SECOND;

/** The connections of a server, and on which of them an answer is owed. */
export interface Connections {
  readonly opened: (socket: Socket) => void;
  /** From now until it has ended, an answer is owed. */
  readonly began: (exchange: Exchange) => void;
  readonly ended: (exchange: Exchange) => void;
  /** The latest exchange that is under way there. */
  readonly exchangeOn: (socket: Duplex) => Exchange | undefined;
  /** From now on answers say that their connection is not kept. */
  readonly keepNone: () => void;
  /** From now on a connection goes when no answer is owed on it: an idle one at once, another after a moment. */
  readonly letGo: () => void;
  /** Ends all of them; says whether no answer was owed. */
  readonly cutOff: () => boolean;
}

export function createConnections(clock: Clock): Connections {
  const open = new Set<Socket>();
  const underWay = new Map<Duplex, Exchange>();
  /** How many bytes had come when the last answer was out. */
  const readBefore = new WeakMap<Socket, number>();
  let keeping = true;
  let lettingGo = false;

  function tellNotKept({ response }: Exchange): void {
    if (!response.headersSent) response.setHeader('connection', 'close');
  }

  function endSoon(socket: Socket): void {
    if (socket.destroyed) return;
    const cancel = clock.after(GRACE, () => {
      if (!underWay.has(socket)) socket.destroy();
    });
    socket.once('close', cancel);
  }

  return {
    opened: (socket) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    },
    began: (exchange) => {
      underWay.set(exchange.request.socket, exchange);
      if (!keeping) tellNotKept(exchange);
    },
    ended: (exchange) => {
      const { socket } = exchange.request;
      // Of requests that came without waiting for answers the last one is answered last.
      if (underWay.get(socket) !== exchange) return;
      underWay.delete(socket);
      readBefore.set(socket, socket.bytesRead);
      if (!lettingGo) return;
      // Not cut: what the client still sends would have it lose the answer.
      socket.end();
      endSoon(socket);
    },
    exchangeOn: (socket) => underWay.get(socket),
    keepNone: () => {
      keeping = false;
      for (const exchange of underWay.values()) tellNotKept(exchange);
    },
    letGo: () => {
      lettingGo = true;
      for (const socket of open) {
        if (underWay.has(socket)) continue;
        if (socket.bytesRead === readBefore.get(socket)) socket.destroy();
        else endSoon(socket);
      }
    },
    cutOff: () => {
      const owed = underWay.size;
      for (const socket of open) socket.destroy();
      return owed === 0;
    },
  };
}
