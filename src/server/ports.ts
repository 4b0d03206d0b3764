// The label values are closed sets: a caller can never add a time series.

export type HttpPath =
  | '/'
  | '/favicon.ico'
  | '/graphql'
  | '/graphiql'
  | '/wallboard'
  | '/schema.graphql'
  | '/healthz'
  | '/readyz'
  | '/metrics'
  | '/admin/purge'
  | 'other';

/** Why a request was shed. */
export type ShedReason = 'in_flight' | 'queue_wait' | 'heap' | 'unread_bytes';

/** How a GraphQL request was answered: from a stored response, with the execution of another request, or with its own. */
export type ResponseRead = 'hit' | 'collapsed' | 'miss';

/** Where the text of a GraphQL request comes from; `unknown`: an id that no document has, `refused`: free text that the caller may not send. */
export type DocumentSource = 'text' | 'id' | 'unknown' | 'refused';

export type AuthFailureReason =
  | 'missing'
  | 'malformed_header'
  | 'malformed'
  | 'unknown_key'
  | 'too_long'
  | 'expired'
  | 'bad_claims'
  | 'bad_signature'
  | 'bad_algorithm'
  | 'unknown_signer'
  | 'keys_unavailable';

/** The limits that the HTTP server holds; those on documents are the GraphQL layer's. */
export type RequestLimit =
  | 'body_bytes'
  | 'url_bytes'
  | 'headers'
  | 'caller_rate'
  | 'caller_concurrency'
  | 'auth_failures'
  | 'subscriptions'
  | 'caller_subscriptions'
  | 'web_sockets';

/** The metrics that the HTTP server reports. */
export interface ServerMetrics {
  readonly requestStarted: () => void;
  /** The request is answered, or its client has disconnected; the duration is in milliseconds, null for a stream. */
  readonly requestEnded: (method: string | undefined, path: HttpPath, status: number, ms: number | null) => void;
  /** Malformed HTTP was answered with this status, before it became a request. */
  readonly clientError: (status: number) => void;
  readonly requestShed: (reason: ShedReason) => void;
  readonly authFailure: (reason: AuthFailureReason) => void;
  /** Exports whether /readyz is 200, whenever /metrics is read. */
  readonly watchReadiness: (isReady: () => boolean) => void;
  /** Exports the bytes of answers that clients have not read, whenever /metrics is read. */
  readonly watchUnread: (bytes: () => number) => void;
  readonly limitRejection: (limit: RequestLimit) => void;
  readonly responseRead: (result: ResponseRead) => void;
  /** A request that is not answered from a stored response. */
  readonly documentRequested: (source: DocumentSource) => void;
}

/** What /metrics serves. */
export interface MetricsExporter {
  /** The Prometheus text exposition, of media type `contentType`, without the series of accounts that `isVisible` denies. */
  readonly text: (isVisible?: (account: string) => boolean) => Promise<string>;
  readonly contentType: string;
}

/** The state of the process, by which load is shed. */
export interface ProcessGauges {
  /** The share in use of what objects that live on may take, from 0 to 1. */
  readonly heapUsedRatio: () => number;
}

/** Gauges of an idle process. */
export const idleGauges: ProcessGauges = { heapUsedRatio: () => 0 };

/** Writes one log line. An error goes under the key `err`. */
type LogFn = (fields: object, message: string) => void;

export interface Logger {
  readonly debug: LogFn;
  readonly info: LogFn;
  readonly warn: LogFn;
  readonly error: LogFn;
  readonly fatal: LogFn;
  /** Writes the access log's line of a request that has ended. Its values are plain: no error, and nothing that has `toJSON`. */
  readonly request: (
    level: 'debug' | 'info',
    entry: { readonly path: HttpPath; readonly status?: number | undefined },
  ) => void;
}
