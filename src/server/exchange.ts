import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../domain/clock.ts';
import type { HttpPath, Logger, ServerMetrics } from './ports.ts';
import { resolveRequestId } from './request-id.ts';

/** A request and its answer, on their way through the server. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly pathname: string;
  /** From the question mark on; empty without one. */
  readonly search: string;
  /** Aborted when the client goes before it has its answer. */
  readonly disconnected: AbortSignal;
  /** What the access log will say; filled as it becomes known. */
  readonly log: AccessLogEntry;
}

/** Never a query, variables or a path that nobody serves: all of them may hold what must not be kept. */
export interface AccessLogEntry {
  path: HttpPath;
  /** What the client was told when its request broke off, instead of the answer. */
  status?: number;
  caller?: string;
  /** Why the caller was not recognised, or which limit was exceeded. */
  refused?: string;
  operation?: string;
  vendorCalls?: number;
}

export interface ExchangeOptions {
  readonly metrics: Pick<ServerMetrics, 'requestStarted'>;
  readonly logger: Pick<Logger, 'info'>;
  readonly clock: Clock;
}

/** Begins an exchange, with the headers that every answer has; when it is over, it is counted and logged. */
export function createExchange(request: IncomingMessage, response: ServerResponse, options: ExchangeOptions): Exchange {
  const { metrics, logger, clock } = options;
  const { method, url = '/' } = request;
  const startedAt = clock.monotonicMs();
  const recordEnd = metrics.requestStarted();
  const disconnectController = new AbortController();
  const requestId = resolveRequestId(request.headers['x-request-id']);
  const log: AccessLogEntry = { path: 'other' };
  const { pathname, search } = parseRequestTarget(url);

  response.setHeader('x-request-id', requestId);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cache-control', 'no-store');
  response.once('close', () => {
    if (!response.writableFinished) disconnectController.abort();
    // 499 is nginx's word for a client that went before it had its answer.
    const finalStatus = response.writableFinished ? response.statusCode : 499;
    const ms = Math.round(clock.monotonicMs() - startedAt);
    const { path, status = finalStatus, ...rest } = log;
    recordEnd({ method, path, status, ms });
    logger.info({ requestId, method, path, status, ms, ...rest }, 'request');
  });
  return { request, response, requestId, pathname, search, disconnected: disconnectController.signal, log };
}

/** What a request target asks for; some clients send the whole address (RFC 9112, section 3.2.2), whose host is no matter here. */
function parseRequestTarget(target: string): Pick<Exchange, 'pathname' | 'search'> {
  const [origin = ''] = /^https?:\/\/[^/?#]+/i.exec(target) ?? [];
  const pathAndSearch = target.slice(origin.length);
  const [path = ''] = pathAndSearch.split('?', 1);
  return { pathname: path || '/', search: pathAndSearch.slice(path.length) };
}
