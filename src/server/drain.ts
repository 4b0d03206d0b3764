import type { Server as HttpServer } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { ConnectionTracker } from './connection-tracker.ts';
import type { WebSockets } from './web-socket-server.ts';

/** The last part of a drain, in which streams and WebSockets are ended although queries are in flight. */
const STREAM_END_MS = SECOND;

export interface DrainOptions {
  readonly httpServer: HttpServer;
  readonly connections: Pick<ConnectionTracker, 'disableKeepAlive' | 'closeIdle' | 'whenOnlyStreams' | 'destroyAll'>;
  /** Ends the streams of all subscriptions. */
  readonly endStreams: () => void;
  readonly webSockets: Pick<WebSockets, 'closeAnswered' | 'closeAll'>;
  readonly clock: Clock;
}

/**
 * Creates a function that stops listening, waits up to `ms` for the requests in flight and ends all connections. It resolves to
 * true if no request was aborted. Streams end last, so that clients with a query in flight are not disconnected before those that
 * watch. A WebSocket is closed then, or once its own queries are answered.
 */
export function createDrain(options: DrainOptions): (ms: number) => Promise<boolean> {
  const { httpServer, connections, endStreams, webSockets, clock } = options;
  return (ms) =>
    new Promise((resolve) => {
      let drained = true;
      connections.disableKeepAlive();
      connections.closeIdle();
      connections.whenOnlyStreams(() => {
        endStreams();
        webSockets.closeAnswered();
      });
      const cancelEnd = clock.setTimer(Math.max(0, ms - STREAM_END_MS), () => {
        endStreams();
        if (!webSockets.closeAll()) drained = false;
      });
      const cancel = clock.setTimer(ms, () => {
        if (!connections.destroyAll()) drained = false;
      });
      stopListening(httpServer, () => {
        cancel();
        cancelEnd();
        // Also stops the interval that checks for slow clients; only now, when no connection is left.
        httpServer.close();
        resolve(drained);
      });
    });
}

/**
 * Stops accepting connections and calls back when the open ones have ended. This is `close` of `net.Server`: `close` of
 * `http.Server` would also close connections whose response is still being written, and would stop checking for slow clients
 * at once (https://nodejs.org/api/http.html#serverclosecallback). The connection tracker closes idle connections instead.
 */
function stopListening(httpServer: HttpServer, onClosed: () => void): void {
  NetServer.prototype.close.call(httpServer, onClosed);
}
