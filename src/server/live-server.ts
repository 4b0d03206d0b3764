import type { LiveSettings } from '../config/settings.ts';
import { TurnRefusedError } from '../live/live-errors.ts';
import { createLiveQueries, type LiveQueries } from '../live/live-queries.ts';
import type { LiveMetrics } from '../live/ports.ts';
import type { AcquireCaller } from './caller-limits.ts';
import type { DocumentResolver } from './document-request.ts';
import { createStreamHandler, type StreamHandler } from './event-stream-handler.ts';
import type { ExecuteCall } from './graphql-execution.ts';
import { createLiveOperations, createTurns } from './live-operations.ts';
import type { AcquireSlot } from './load-shedding.ts';
import type { Logger, ServerMetrics } from './ports.ts';
import { createStatusReader, type StatusReaderOptions } from './status-reader.ts';
import { createOperationRunner, type StartOperation } from './web-socket-operations.ts';

export interface LiveServerOptions extends StatusReaderOptions {
  readonly liveSettings: LiveSettings;
  readonly metrics: LiveMetrics & Pick<ServerMetrics, 'limitRejection'>;
  readonly logger: Pick<Logger, 'error'>;
}

/** How the requests of the server are executed and limited. */
export interface RequestExecution {
  readonly execute: ExecuteCall;
  readonly acquireCaller: AcquireCaller;
  readonly acquireSlot: AcquireSlot;
  /** Puts the texts of documents in the place of their ids. */
  readonly documents: DocumentResolver;
  readonly uncountedDocuments: DocumentResolver;
}

/** The subscriptions of a server, and the handler of the requests that ask for a stream. */
export interface LiveServer {
  readonly live: LiveQueries;
  readonly handleStream: StreamHandler;
  readonly startOperation: StartOperation;
}

export function createLiveServer(options: LiveServerOptions, execution: RequestExecution): LiveServer {
  const { liveSettings: settings, metrics, logger, clock, limits } = options;
  const { execute, acquireCaller, acquireSlot, documents, uncountedDocuments } = execution;
  const takeTurn = createTurns(acquireCaller, acquireSlot);
  const live = createLiveQueries({
    settings,
    clock,
    takeTurn,
    readStatuses: createStatusReader(options),
    isAuthorized: ({ expiresAt = Infinity }) => clock.now() < expiresAt,
    metrics,
    onFailure: (error) => {
      // Its time comes again.
      if (!(error instanceof TurnRefusedError)) logger.error({ err: error }, 'subscription could not be executed');
    },
  });
  const toOperation = createLiveOperations(execute, clock);
  const shared = { live, toOperation, documents, metrics, clock, maxTokens: limits.maxTokens };
  return {
    live,
    handleStream: createStreamHandler({ ...shared, uncountedDocuments }),
    startOperation: createOperationRunner({
      ...shared,
      takeTurn,
      onUnexpectedError: (error, requestId) => {
        logger.error({ err: error, requestId }, 'unexpected error while handling a request');
      },
    }),
  };
}
