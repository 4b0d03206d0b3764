/** Those that have not identified themselves yet: any client can open them, and it takes one message to leave their number. */
const MAX_UNIDENTIFIED = 100;

/** Limits the connections of a server. */
export interface WebSocketLimits<Connection> {
  /** Whether one more may be opened. */
  readonly hasRoom: () => boolean;
  /** Adds a connection whose caller is not known yet. Returns the oldest of these where there are too many: it has to be closed. */
  readonly add: (connection: Connection) => Connection | null;
  /** Returns false where there are too many connections, or too many of the caller. */
  readonly identify: (connection: Connection, caller: string) => boolean;
  /** Returns the name of the connection's caller, undefined where it has not been identified. */
  readonly remove: (connection: Connection) => string | undefined;
}

/** Read whenever a connection is opened. */
export interface WebSocketLimitsOptions {
  readonly maxConnections: number;
  readonly maxConnectionsPerCaller: number;
}

export function createWebSocketLimits<Connection>(options: WebSocketLimitsOptions): WebSocketLimits<Connection> {
  /** The oldest first. */
  const unidentified = new Set<Connection>();
  const callers = new Map<Connection, string>();
  const countByCaller = new Map<string, number>();

  function hasRoom(): boolean {
    return callers.size < options.maxConnections;
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
    identify: (connection, caller) => {
      const count = countByCaller.get(caller) ?? 0;
      if (!hasRoom() || count >= options.maxConnectionsPerCaller || !unidentified.delete(connection)) return false;
      callers.set(connection, caller);
      countByCaller.set(caller, count + 1);
      return true;
    },
    remove: (connection) => {
      unidentified.delete(connection);
      const caller = callers.get(connection);
      if (caller === undefined) return undefined;
      callers.delete(connection);
      const count = (countByCaller.get(caller) ?? 0) - 1;
      if (count > 0) countByCaller.set(caller, count);
      else countByCaller.delete(caller);
      return caller;
    },
  };
}
