import type { RedisAddress } from '../config/redis-address.ts';
import { type OpenRedis, openRedis, type RedisClient } from './redis-client.ts';
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

  return {
    client() {
      if (!open) throw new RedisDisconnectedError('not connected to Redis');
      return open.client;
    },
    isReady: () => open?.isReady() ?? false,
    async connect() {
      if (open?.isReady()) return;
      discard();
      const { promise: givenUp, reject } = Promise.withResolvers<never>();
      let isWanted = true;
      giveUp = (error) => {
        isWanted = false;
        reject(error);
      };
      const opening = openRedis(address, {
        // A connection that cannot be opened is the rejection of `connect`, and only if no other node answers.
        onError: (error) => {
          if (open) onError(error);
        },
        onCreated: (connection) => {
          if (!isWanted) throw new RedisDisconnectedError('the connection to Redis was closed');
          created.add(connection);
        },
      });
      // Whichever of the two comes too late has no reader.
      givenUp.catch(() => undefined);
      opening.catch(() => undefined);
      const opened = await Promise.race([opening, givenUp]);
      open = opened;
    },
    discard,
  };
}
