import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../domain/clock.ts';
import type { ClientAddressReader } from './client-address.ts';
import type { HttpPath, Logger, ServerMetrics } from './ports.ts';
import type { UnreadAnswers } from './unread-answers.ts';

/** An HTTP request and its response while the server handles them. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  /** When the request arrived, in milliseconds of the monotonic clock. */
  readonly startedAtMs: number;
  /** The IP address of the client: of the connection's peer, or as reported by the proxies that are trusted. */
  readonly clientAddress: string;
  /** The host and port of a request target in absolute form; otherwise null. */
  readonly authority: string | null;
  readonly pathname: string;
  /** The query string with its question mark; empty without one. */
  readonly search: string;
  /** Bounds the answers that clients do not read. */
  readonly unread: UnreadAnswers;
  /** Aborted when the client disconnects before the response is complete. */
  readonly disconnected: AbortSignal;
  /** The access log entry, filled in as the request is handled. */
  readonly log: AccessLogEntry;
  /** Call it when the handler has ended: the entry is written then, or when the response closes, whichever is later. */
  readonly onHandlerEnd: () => void;
}

/** Never contains a query, variables or an unknown path: all of them may hold personal data or secrets. */
export interface AccessLogEntry {
  path: HttpPath;
  readonly clientAddress: string;
  /** The status sent for a request that broke off; overrides the response's own. */
  status?: number;
  caller?: string;
  /** Why authentication failed, or which limit the request exceeded. */
  rejection?: string;
  operation?: string;
  /** The calls made for the request, by account. */
  vendorCalls?: Readonly<Record<string, number>>;
}

export interface ExchangeOptions {
  readonly metrics: Pick<ServerMetrics, 'requestStarted'>;
  readonly logger: Pick<Logger, 'debug' | 'info'>;
  readonly clock: Clock;
  readonly readClientAddress: ClientAddressReader;
  readonly unread: UnreadAnswers;
}

/** Starts an exchange and sets the headers that every response has. Counts and logs the request when it ends. */
export function createExchange(request: IncomingMessage, response: ServerResponse, options: ExchangeOptions): Exchange {
  const { metrics, logger, clock, readClientAddress, unread } = options;
  const { method, url = '/' } = request;
  const startedAtMs = clock.monotonicMs();
  const recordEnd = metrics.requestStarted();
  const disconnection = createDisconnection();
  const requestId = resolveRequestId(request.headers['x-request-id']);
  const clientAddress = readClientAddress(request);
  const log: AccessLogEntry = { path: 'other', clientAddress };
  const accessLog = createAccessLog(logger, { requestId, method }, log);
  const { authority, pathname, search } = parseRequestTarget(url);

  response.setHeader('x-request-id', requestId);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cache-control', 'no-store');
  response.once('close', () => {
    if (!response.writableFinished) disconnection.abort();
    // 499 is nginx's status for a client that closed the connection before the response.
    const finalStatus = response.writableFinished ? response.statusCode : 499;
    const ms = Math.round(clock.monotonicMs() - startedAtMs);
    const { path, status = finalStatus } = log;
    recordEnd({ method, path, status, ms });
    accessLog.onClose({ status, ms });
  });
  return {
    ...{ request, response, requestId, startedAtMs, clientAddress, authority, pathname, search, unread, log },
    get disconnected() {
      return disconnection.signal();
    },
    onHandlerEnd: accessLog.onHandlerEnd,
  };
}

/** An abort signal that is created when it is first asked for: responses that are ready need none. */
function createDisconnection() {
  let controller: AbortController | undefined;
  let isAborted = false;
  return {
    signal: (): AbortSignal => {
      if (!controller) {
        controller = new AbortController();
        if (isAborted) controller.abort();
      }
      return controller.signal;
    },
    abort: (): void => {
      isAborted = true;
      controller?.abort();
    },
  };
}

/** Writes a request's line once its response is closed and its handler has ended: until then its vendor calls are not counted. */
function createAccessLog(
  logger: Pick<Logger, 'debug' | 'info'>,
  identity: Readonly<Record<'requestId' | 'method', string | undefined>>,
  entry: AccessLogEntry,
) {
  let end: { readonly status: number; readonly ms: number } | null = null;
  let isHandled = false;

  function writeIfEnded(): void {
    if (end === null || !isHandled) return;
    const { path, ...details } = entry;
    const fields = { ...identity, path, ...end, ...details, status: end.status };
    if (isRoutine(path, end.status)) logger.debug(fields, 'request completed');
    else logger.info(fields, 'request completed');
  }

  return {
    onClose: (closed: { readonly status: number; readonly ms: number }) => {
      end = closed;
      writeIfEnded();
    },
    onHandlerEnd: () => {
      isHandled = true;
      writeIfEnded();
    },
  };
}

const PROBED_PATHS: ReadonlySet<HttpPath> = new Set(['/healthz', '/readyz', '/metrics']);

/** Whether a request is a health probe or a scrape that succeeded: there are many, and none of them is news. */
function isRoutine(path: HttpPath, status: number): boolean {
  return PROBED_PATHS.has(path) && status < 400;
}

/** Returns the client's request id if it is safe to log and send back; otherwise a new one. */
function resolveRequestId(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && /^[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}$/.test(header) ? header : randomUUID();
}

/** Splits a request target. Some clients send the absolute form (RFC 9112, section 3.2.2); only the host check reads its host. */
function parseRequestTarget(target: string): Pick<Exchange, 'authority' | 'pathname' | 'search'> {
  const [origin = ''] = /^https?:\/\/[^/?#]+/i.exec(target) ?? [];
  const pathAndSearch = target.slice(origin.length);
  const [path = ''] = pathAndSearch.split('?', 1);
  const authority = origin === '' ? null : origin.replace(/^https?:\/\//i, '');
  return { authority, pathname: path || '/', search: pathAndSearch.slice(path.length) };
}
