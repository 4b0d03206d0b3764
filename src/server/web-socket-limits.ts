/** Those that have not identified themselves yet: any client can open them, and it takes one message to leave their number. */
const MAX_UNIDENTIFIED = 100;

/** Limits the connections of a server. */
export interface WebSocketLimits<Connection> {
  /** Whether one more may be opened. */
  readonly hasRoom: () => boolean;
  /** Adds a connection whose caller is not known yet. Returns the oldest of these where there are too many: it has to be closed. */
  readonly add: (connection: Connection) => Connection | null;
  /** Returns false where there are too many connections, or too many of the key, which is the caller's or its client's. */
  readonly identify: (connection: Connection, caller: string, limitKey: string) => boolean;
  /** Returns the name of the connection's caller, undefined where it has not been identified. */
  readonly remove: (connection: Connection) => string | undefined;
}

/** How many connections there may be. */
export interface MaxConnections {
  readonly total: number;
  readonly perCaller: number;
}

export function createWebSocketLimits<Connection>(max: () => MaxConnections): WebSocketLimits<Connection> {
  /** The oldest first. */
  const unidentified = new Set<Connection>();
  const identities = new Map<Connection, { readonly caller: string; readonly limitKey: string }>();
  const countByKey = new Map<string, number>();

  function hasRoom(): boolean {
    return identities.size < max().total;
  }

  return {
    hasRoom,
    add: (connection) => {
      unidentified.add(connection);
      const [oldest] = unidentified;
      if (unidentified.size <= MAX_UNIDENTIFIED || oldest === undefined) return null;
      unidentified.delete(oldest);
      return oldest;
    },
    identify: (connection, caller, limitKey) => {
      const count = countByKey.get(limitKey) ?? 0;
      if (!hasRoom() || count >= max().perCaller || !unidentified.delete(connection)) return false;
      identities.set(connection, { caller, limitKey });
      countByKey.set(limitKey, count + 1);
      return true;
    },
    remove: (connection) => {
      unidentified.delete(connection);
      const identity = identities.get(connection);
      if (!identity) return undefined;
      identities.delete(connection);
      const { caller, limitKey } = identity;
      const count = (countByKey.get(limitKey) ?? 0) - 1;
      if (count > 0) countByKey.set(limitKey, count);
      else countByKey.delete(limitKey);
      return caller;
    },
  };
}
