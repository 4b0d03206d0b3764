import type { Clock } from '../domain/clock.ts';
import type { LiveMetrics } from '../live/ports.ts';
import type { StreamEnd } from '../live/subscriber.ts';
import type { Caller } from '../request/caller.ts';
import { findStreamEnd, isUnexpired } from './auth-standing.ts';
import type { ClientAddressReader } from './client-address.ts';
import type { FixedRoutes } from './fixed-routes.ts';
import { createLiveServer } from './live-server.ts';
import { createSlotUsage } from './load-shedding.ts';
import type { Logger, ProcessGauges, ServerMetrics } from './ports.ts';
import type { CachePurger } from './purge-handler.ts';
import { type ConfiguredServing, createRequestHandler, type RequestHandler } from './request-handler.ts';
import type { WebSocketOptions } from './web-socket-server.ts';

export interface RequestHandlersOptions extends ConfiguredServing {
  readonly purger: CachePurger;
  readonly clock: Clock;
  readonly metrics: ServerMetrics & LiveMetrics;
  readonly gauges: ProcessGauges;
  readonly logger: Logger;
}

/** The handler of the configuration that is in force, and the subscriptions, which outlast it. */
export interface RequestHandlers {
  readonly current: () => RequestHandler;
  /** Resolves once the last request of the handler before has ended. */
  readonly replace: (serving: ConfiguredServing) => Promise<void>;
  /** Why the streams of a caller have to end; null: they may go on. */
  readonly findStreamEnd: (caller: Caller) => StreamEnd | null;
  /** Call it for each new connection. */
  readonly onConnection: () => void;
  /** Executes the subscriptions again. */
  readonly refreshStreams: () => void;
  readonly endStreams: () => void;
}

export function createRequestHandlers(options: RequestHandlersOptions, routes: FixedRoutes): RequestHandlers {
  const { clock, metrics, gauges, logger, purger } = options;
  const standingOf = (caller: Caller) => current.serving.standingOf?.(caller) ?? 'valid';

  /** Requests that begin in the process itself, for subscriptions, also end by the configuration by which they began. */
  async function use<T>(run: (handler: RequestHandler) => Promise<T>): Promise<T> {
    const handler = current;
    handler.uses.begin();
    try {
      return await run(handler);
    } finally {
      handler.uses.end();
    }
  }

  const live = createLiveServer({
    settings: () => current.serving.liveSettings,
    execute: (call, disconnected, onEntriesRead) => use(({ execute }) => execute(call, disconnected, onEntriesRead)),
    takeTurn: (callers, signal) => current.takeTurn(callers, signal),
    readStatuses: (caller, query, signal) => use(({ readStatuses }) => readStatuses(caller, query, signal)),
    isAuthorized: (caller) => isUnexpired(caller, clock) && standingOf(caller) === 'valid',
    clock,
    metrics,
    logger,
    tracer: options.tracer,
  });
  const lasting = { usageByCaller: new Map(), slotUsage: createSlotUsage(clock) };
  const create = (serving: ConfiguredServing) =>
    createRequestHandler(serving, { ...lasting, clock, metrics, gauges, logger, routes, live, purger });
  const findEnd = (caller: Caller) => findStreamEnd(standingOf(caller));

  let current = create(options);
  return {
    current: () => current,
    replace: (serving) => {
      const { uses } = current;
      current = create(serving);
      live.queries.reconfigure(findEnd);
      return uses.whenUnused();
    },
    findStreamEnd: findEnd,
    onConnection: lasting.slotUsage.queue.onConnection,
    refreshStreams: live.queries.refreshAll,
    endStreams: live.queries.endAll,
  };
}

/** The options of the WebSocket connections, by the configuration that is in force. */
export function toWebSocketOptions(
  { clock, metrics, logger }: RequestHandlersOptions,
  { current }: RequestHandlers,
  readClientAddress: ClientAddressReader,
): WebSocketOptions {
  return {
    clock,
    metrics,
    logger,
    readClientAddress,
    authenticate: (authorization, clientAddress) => current().serving.authenticate(authorization, clientAddress),
    start: (socket, subscription, progress) => current().startOperation(socket, subscription, progress),
    maxPayloadBytes: () => current().serving.limits.bodyBytes,
    maxConnections: () => {
      const { maxSubscriptions, maxSubscriptionsPerCaller } = current().serving.liveSettings;
      return { total: maxSubscriptions, perCaller: maxSubscriptionsPerCaller };
    },
  };
}
