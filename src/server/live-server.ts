import type { LiveSettings } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import type { Tracer } from '../domain/trace-span.ts';
import { TurnRefusedError } from '../live/live-errors.ts';
import { createLiveQueries, type LiveQueries } from '../live/live-queries.ts';
import type { LiveMetrics, ReadStatuses, TakeTurn } from '../live/ports.ts';
import type { Caller } from '../request/caller.ts';
import type { DocumentResolver } from './document-request.ts';
import { createStreamHandler, type StreamHandler } from './event-stream-handler.ts';
import type { ExecuteCall } from './graphql-execution.ts';
import { createLiveOperations, type ToLiveOperation } from './live-operations.ts';
import type { Logger, ServerMetrics } from './ports.ts';
import { createOperationRunner, type StartOperation } from './web-socket-operations.ts';

/** Its functions use the configuration that is in force when they are called: subscriptions outlast configurations. */
export interface LiveServerOptions {
  readonly settings: () => LiveSettings;
  readonly execute: ExecuteCall;
  readonly takeTurn: TakeTurn;
  readonly readStatuses: ReadStatuses;
  readonly isAuthorized: (caller: Caller) => boolean;
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer | undefined;
  readonly clock: Clock;
  readonly metrics: LiveMetrics;
  readonly logger: Pick<Logger, 'error'>;
}

/** The subscriptions of a server. */
export interface LiveServer {
  readonly queries: LiveQueries;
  readonly toOperation: ToLiveOperation;
  readonly isAuthorized: (caller: Caller) => boolean;
}

export function createLiveServer(options: LiveServerOptions): LiveServer {
  const { execute, isAuthorized, logger, clock } = options;
  const queries = createLiveQueries({
    ...options,
    onFailure: (error) => {
      // Its time comes again.
      if (!(error instanceof TurnRefusedError)) logger.error({ err: error }, 'subscription could not be executed');
    },
  });
  return { queries, toOperation: createLiveOperations(execute, clock, options.tracer), isAuthorized };
}

export interface LiveHandlersOptions {
  readonly live: LiveServer;
  readonly takeTurn: TakeTurn;
  /** Puts the texts of documents in the place of their ids. */
  readonly documents: DocumentResolver;
  readonly uncountedDocuments: DocumentResolver;
  readonly maxTokens: number;
  readonly clock: Clock;
  readonly metrics: Pick<LiveMetrics, 'liveEvent'> & Pick<ServerMetrics, 'limitRejection'>;
  readonly logger: Pick<Logger, 'error'>;
}

/** The handlers of the requests that ask for a stream, and of the operations of WebSocket connections. */
export function createLiveHandlers({ live, logger, uncountedDocuments, takeTurn, ...options }: LiveHandlersOptions): {
  readonly handleStream: StreamHandler;
  readonly startOperation: StartOperation;
} {
  return {
    handleStream: createStreamHandler({ ...options, ...live, uncountedDocuments }),
    startOperation: createOperationRunner({
      ...options,
      ...live,
      takeTurn,
      onUnexpectedError: (error, requestId) => {
        logger.error({ err: error, requestId }, 'unexpected error while handling a request');
      },
    }),
  };
}
