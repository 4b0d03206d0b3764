import type { RedisAddress } from '../config/redis-address.ts';
import type { OpenObserver, OpenRedis, RedisClient } from './redis-client.ts';
import { RedisDisconnectedError } from './redis-errors.ts';

/** The connection to Redis at this moment, which may be none. */
export interface RedisLink {
  /** Throws a RedisDisconnectedError without a connection. */
  readonly client: () => RedisClient;
  readonly isReady: () => boolean;
  /** Connects, unless connected already. The address is resolved again: the master, or the nodes, may be others by now. */
  readonly connect: () => Promise<void>;
  /** Closes the connection, open or not; a `connect` that is under way rejects. */
  readonly discard: () => void;
}

/** `onError` receives the errors that belong to no command, such as the loss of the connection. */
export function createRedisLink(address: RedisAddress, onError: (error: unknown) => void): RedisLink {
  let open: OpenRedis | undefined;
  let giveUp: (error: RedisDisconnectedError) => void = () => undefined;
  const created = new Set<Pick<OpenRedis, 'destroy'>>();

  function discard(): void {
    open = undefined;
    giveUp(new RedisDisconnectedError('the connection to Redis was closed'));
    for (const connection of created) connection.destroy();
    created.clear();
  }

  async function connect(): Promise<void> {
    if (open?.isReady()) return;
    discard();
    const attempt = startAttempt();
    giveUp = attempt.giveUp;
    const opening = openClient(address, {
      // A connection that cannot be opened is the rejection of `connect`, and only if no other node answers.
      onError: (error) => {
        if (open) onError(error);
      },
      onCreated: (connection) => {
        attempt.assertWanted();
        created.add(connection);
      },
    });
    // Of the two, the one that comes too late has no reader.
    opening.catch(() => undefined);
    open = await Promise.race([opening, attempt.givenUp]);
  }

  return {
    client: () => requireOpen(open).client,
    isReady: () => open?.isReady() ?? false,
    connect,
    discard,
  };
}

function requireOpen(open: OpenRedis | undefined): OpenRedis {
  if (!open) throw new RedisDisconnectedError('not connected to Redis');
  return open;
}

/** An attempt to connect that may be given up. */
function startAttempt() {
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  let isWanted = true;
  givenUp.catch(() => undefined);
  return {
    givenUp,
    giveUp: (error: RedisDisconnectedError): void => {
      isWanted = false;
      reject(error);
    },
    assertWanted: (): void => {
      if (!isWanted) throw new RedisDisconnectedError('the connection to Redis was closed');
    },
  };
}

/** Loads the client when it is needed first: it takes longer than most other parts of a start, and most processes use no Redis. */
async function openClient(address: RedisAddress, observer: OpenObserver): Promise<OpenRedis> {
  const { openRedis } = await import('./redis-client.ts');
  return openRedis(address, observer);
}
