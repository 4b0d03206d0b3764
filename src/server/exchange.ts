import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../domain/clock.ts';
import type { TraceSpan } from '../domain/trace-span.ts';
import type { LiveTransport } from '../live/ports.ts';
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
  /** The headers that every response of this exchange has: names and values in turns, as `writeHead` takes them. */
  readonly headers: string[];
  /** Bounds the answers that clients do not read. */
  readonly unread: UnreadAnswers;
  /** Aborted when the client disconnects before the response is complete. */
  readonly disconnected: AbortSignal;
  /** Marks the response as a stream, which lasts until it is ended: no query is in flight between two of its events. */
  readonly startStream: (transport: LiveTransport) => void;
  /** Absent: the request is not traced. */
  span: TraceSpan | undefined;
  /** The access log entry, filled in as the request is handled. */
  readonly log: AccessLogEntry;
  /** Calls back once the response is out or its connection closed, at once if that has already happened. */
  readonly onClose: (callback: () => void) => void;
  /** Call it when the handler has ended: the entry is written then, or when the response closes, whichever is later. */
  readonly onHandlerEnd: () => void;
}

/** Never contains a query, variables or an unknown path: all of them may hold personal data or secrets. */
export interface AccessLogEntry {
  readonly requestId: string;
  readonly method: string | undefined;
  path: HttpPath;
  /** Set before the end: the status sent for a request that broke off. */
  status: number | undefined;
  ms: number | undefined;
  readonly clientAddress: string;
  caller: string | undefined;
  /** Why authentication failed, or which limit the request exceeded. */
  rejection: string | undefined;
  operation: string | undefined;
  /** The calls made for the request, by account. */
  vendorCalls: Readonly<Record<string, number>> | undefined;
  /** How the events of a stream were sent. */
  stream: LiveTransport | undefined;
  /** The trace that the request belongs to, where that is recorded. */
  traceId: string | undefined;
}

export interface ExchangeOptions {
  readonly metrics: Pick<ServerMetrics, 'requestStarted' | 'requestEnded'>;
  readonly logger: Pick<Logger, 'request'>;
  readonly clock: Clock;
  readonly readClientAddress: ClientAddressReader;
  readonly unread: UnreadAnswers;
  readonly onStream: (exchange: Exchange) => void;
}

/** Starts an exchange. Counts and logs the request when it ends. */
export function createExchange(request: IncomingMessage, response: ServerResponse, options: ExchangeOptions): Exchange {
  return new HttpExchange(request, response, options);
}

/** There is one for every request, so it is one object with few others: these cost more than what they do. */
class HttpExchange implements Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly startedAtMs: number;
  readonly clientAddress: string;
  readonly authority: string | null;
  readonly pathname: string;
  readonly search: string;
  readonly headers: string[];
  readonly unread: UnreadAnswers;
  span: TraceSpan | undefined;
  readonly log: AccessLogEntry;
  readonly #options: ExchangeOptions;
  /** Created when it is first asked for: responses that are ready need none. */
  #disconnection: AbortController | undefined;
  readonly #closeCallbacks: (() => void)[] = [];
  #isClosed = false;
  #isHandled = false;

  constructor(request: IncomingMessage, response: ServerResponse, options: ExchangeOptions) {
    const { method, url = '/' } = request;
    const target = parseRequestTarget(url);
    this.request = request;
    this.response = response;
    this.requestId = resolveRequestId(request.headers['x-request-id']);
    this.startedAtMs = options.clock.monotonicMs();
    this.clientAddress = options.readClientAddress(request);
    this.authority = target.authority;
    this.pathname = target.pathname;
    this.search = target.search;
    this.headers = ['x-request-id', this.requestId, ...SECURITY_HEADERS];
    this.unread = options.unread;
    this.log = createLogEntry(this.requestId, method, this.clientAddress);
    this.#options = options;
    options.metrics.requestStarted();
    response.on('close', () => {
      this.#end();
    });
  }

  get disconnected(): AbortSignal {
    this.#disconnection ??= new AbortController();
    if (this.#isClosed && !this.response.writableFinished) this.#disconnection.abort();
    return this.#disconnection.signal;
  }

  onClose(callback: () => void): void {
    if (this.#isClosed) callback();
    else this.#closeCallbacks.push(callback);
  }

  startStream(transport: LiveTransport): void {
    this.log.stream = transport;
    this.#options.onStream(this);
  }

  onHandlerEnd(): void {
    this.#isHandled = true;
    if (this.#isClosed) this.#writeLog();
  }

  #end(): void {
    const { response, log } = this;
    this.#isClosed = true;
    if (!response.writableFinished) this.#disconnection?.abort();
    // 499 is nginx's status for a client that closed the connection before the response.
    log.status ??= response.writableFinished ? response.statusCode : 499;
    log.ms = Math.round(this.#options.clock.monotonicMs() - this.startedAtMs);
    this.#options.metrics.requestEnded(log.method, log.path, log.status, log.stream ? null : log.ms);
    // Until its handler has ended, its vendor calls are not counted.
    if (this.#isHandled) this.#writeLog();
    for (const callback of this.#closeCallbacks) callback();
  }

  #writeLog(): void {
    this.#options.logger.request(isRoutine(this.log) ? 'debug' : 'info', this.log);
  }
}

const SECURITY_HEADERS = ['x-content-type-options', 'nosniff', 'referrer-policy', 'no-referrer'] as const;

function createLogEntry(requestId: string, method: string | undefined, clientAddress: string): AccessLogEntry {
  return {
    requestId,
    method,
    path: 'other',
    status: undefined,
    ms: undefined,
    clientAddress,
    caller: undefined,
    rejection: undefined,
    operation: undefined,
    vendorCalls: undefined,
    stream: undefined,
    traceId: undefined,
  };
}

const PROBED_PATHS: ReadonlySet<HttpPath> = new Set(['/healthz', '/readyz', '/metrics']);

/** Whether a request is a health probe or a scrape that succeeded: there are many, and none of them is news. */
function isRoutine({ path, status = 0 }: AccessLogEntry): boolean {
  return PROBED_PATHS.has(path) && status < 400;
}

/** Returns the client's request id if it is safe to log and send back; otherwise a new one. */
function resolveRequestId(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && /^[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}$/.test(header) ? header : randomUUID();
}

/** Splits a request target. Some clients send the absolute form (RFC 9112, section 3.2.2); only the host check reads its host. */
function parseRequestTarget(target: string): Pick<Exchange, 'authority' | 'pathname' | 'search'> {
  const [origin = ''] = target.startsWith('/') ? [] : (/^https?:\/\/[^/?#]+/i.exec(target) ?? []);
  const pathAndSearch = target.slice(origin.length);
  const queryStart = pathAndSearch.indexOf('?');
  const path = queryStart === -1 ? pathAndSearch : pathAndSearch.slice(0, queryStart);
  const authority = origin === '' ? null : origin.replace(/^https?:\/\//i, '');
  return { authority, pathname: path || '/', search: pathAndSearch.slice(path.length) };
}
