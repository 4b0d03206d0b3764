import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { Caller } from '../request/caller.ts';
import { type ClientMessage, CLOSE_CODES, parseClientMessage } from './transport-ws-messages.ts';

/** For the first message, which authenticates the client. */
const INIT_TIMEOUT_MS = 10 * SECOND;
const HEARTBEAT_MS = 12 * SECOND;
/** A close frame has room for 123 bytes (RFC 6455, section 5.5), and a UTF-16 unit takes up to three. */
const MAX_SHOWN_ID = 30;

/** What the protocol uses of a WebSocket. */
export interface SocketLike {
  readonly send: (text: string) => void;
  readonly ping: () => void;
  readonly close: (code: number, reason: string) => void;
  /** Closes the connection without a handshake. */
  readonly terminate: () => void;
}

/** An operation that runs on a connection. */
export interface RunningOperation {
  readonly end: () => void;
}

export interface ConnectionOptions {
  readonly socket: SocketLike;
  readonly clock: Clock;
  /** Identifies the caller by the parameters of the first message; a number is the code with which the connection is closed. */
  readonly authenticate: (params: Readonly<Record<string, unknown>>) => Promise<Caller | number>;
  /** Starts an operation, which sends its own messages. */
  readonly start: (
    caller: Caller,
    id: string,
    payload: Readonly<Record<string, unknown>>,
    progress: OperationProgress,
  ) => RunningOperation;
}

/** What an operation reports of itself, later than its start. */
export interface OperationProgress {
  /** It is a subscription: a drain does not wait for its end. */
  readonly onSubscription: () => void;
  /** It has sent its last message. */
  readonly onDone: () => void;
}

/** The server's side of graphql-transport-ws for one connection. */
export interface TransportWsConnection {
  readonly onMessage: (text: string) => void;
  readonly onPong: () => void;
  /** Whether an operation runs that is not a subscription. */
  readonly isAnswering: () => boolean;
  /** Closes the connection once it is not answering. */
  readonly closeAnswered: () => void;
  /** Ends all operations. */
  readonly onClose: () => void;
}

export function createTransportWsConnection(options: ConnectionOptions): TransportWsConnection {
  const { socket, clock, authenticate, start } = options;
  const operations = new Map<string, RunningOperation>();
  /** The operations that are not subscriptions, or not known to be. */
  const queries = new Set<string>();
  let isDraining = false;
  let state: 'new' | 'authenticating' | Caller = 'new';
  let isClosed = false;
  let isAlive = true;
  let cancelHeartbeat = scheduleHeartbeat();
  const cancelInitTimeout = clock.setTimer(INIT_TIMEOUT_MS, () => {
    close(CLOSE_CODES.initTimeout, 'Connection initialisation timeout');
  });

  function scheduleHeartbeat(): () => void {
    return clock.setTimer(HEARTBEAT_MS, () => {
      if (!isAlive) {
        socket.terminate();
        return;
      }
      isAlive = false;
      socket.ping();
      cancelHeartbeat = scheduleHeartbeat();
    });
  }

  function close(code: number, reason: string): void {
    if (!isClosed) socket.close(code, reason);
    end();
  }

  function end(): void {
    isClosed = true;
    cancelHeartbeat();
    cancelInitTimeout();
    for (const operation of [...operations.values()]) operation.end();
    operations.clear();
    queries.clear();
  }

  function closeIfAnswered(): void {
    if (isDraining && queries.size === 0) close(CLOSE_CODES.goingAway, 'The gateway is shutting down');
  }

  function onAnswered(id: string): void {
    queries.delete(id);
    closeIfAnswered();
  }

  async function initialise(params: Readonly<Record<string, unknown>>): Promise<void> {
    if (state !== 'new') {
      close(CLOSE_CODES.tooManyInits, 'Too many initialisation requests');
      return;
    }
    state = 'authenticating';
    const caller = await authenticate(params);
    if (isClosed) return;
    if (typeof caller === 'number') {
      close(caller, caller === CLOSE_CODES.forbidden ? 'Forbidden' : 'Try again later');
      return;
    }
    cancelInitTimeout();
    state = caller;
    socket.send('{"type":"connection_ack"}');
  }

  function subscribe({ id, payload }: ClientMessage & { readonly type: 'subscribe' }): void {
    if (typeof state === 'string') {
      close(CLOSE_CODES.unauthorized, 'Unauthorized');
      return;
    }
    if (operations.has(id)) {
      close(CLOSE_CODES.subscriberAlreadyExists, `Subscriber for ${id.slice(0, MAX_SHOWN_ID)} already exists`);
      return;
    }
    queries.add(id);
    const operation = start(state, id, payload, {
      onSubscription: () => {
        onAnswered(id);
      },
      onDone: () => {
        operations.delete(id);
        onAnswered(id);
      },
    });
    operations.set(id, operation);
  }

  function handle(message: ClientMessage): void {
    switch (message.type) {
      case 'connection_init':
        initialise(message.payload).catch(() => {
          close(CLOSE_CODES.internalError, 'Internal server error');
        });
        break;
      case 'ping':
        socket.send(JSON.stringify({ type: 'pong', payload: message.payload }));
        break;
      case 'subscribe':
        subscribe(message);
        break;
      case 'complete':
        operations.get(message.id)?.end();
        operations.delete(message.id);
        onAnswered(message.id);
        break;
      case 'pong':
        isAlive = true;
    }
  }

  return {
    onMessage: (text) => {
      isAlive = true;
      if (isClosed) return;
      const message = parseClientMessage(text);
      if (message) handle(message);
      else close(CLOSE_CODES.badRequest, 'Invalid message received');
    },
    onPong: () => {
      isAlive = true;
    },
    isAnswering: () => queries.size > 0,
    closeAnswered: () => {
      isDraining = true;
      closeIfAnswered();
    },
    onClose: end,
  };
}
