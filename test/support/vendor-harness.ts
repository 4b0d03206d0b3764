import type {
  AccountCache,
  CachedValue,
  CacheNamespace,
  FetchedValue,
  FetchOutcome,
  NegativeResult,
} from '../../src/cache/cache.ts';
import type { SharedTokenStore } from '../../src/cache/token-store.ts';
import { type Ttl, ttlSchema } from '../../src/config/cache.ts';
import type { Clock, Instant } from '../../src/domain/clock.ts';
import { VendorError } from '../../src/domain/vendor-error.ts';
import { toVendorError } from '../../src/http/classify-error.ts';
import { assertOk, errorCodeForStatus } from '../../src/http/response.ts';
import type { CallContext, CallRecord, VendorHttp, VendorRequest, VendorResponse } from '../../src/http/types.ts';
import type { DropReason } from '../../src/vendors/ports.ts';
import type { SandboxResponse } from '../../src/vendors/sandbox.ts';
import type { AccountAdapter, AccountDataSource, DataSourceContext, VendorAdapter } from '../../src/vendors/vendor.ts';
import { type ManualClock, manualClock } from './clock.ts';

/** A request as it would be sent: the client's headers and the authorization headers, with names as written. */
export type SentRequest = Required<
  Omit<VendorRequest, 'url' | 'authorize' | 'idempotent' | 'maxBytes' | 'classifyResponse'>
> & { readonly url: URL } & Pick<CallContext, 'priority'>;

export type RequestHandler = (request: SentRequest) => SandboxResponse | Promise<SandboxResponse>;

/** A response with a JSON body. */
export function jsonReply(
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): SandboxResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

/** A value that was written to the cache. */
export interface StoredValue {
  readonly endpoint: string;
  readonly key: readonly (string | number | boolean | null)[];
  readonly ttlSeconds: number;
  readonly isFinal: boolean;
}

export interface PassthroughCache extends AccountCache {
  readonly stored: readonly StoredValue[];
}

/**
 * A cache that stores nothing: every read fetches all its keys. It is strict where a real cache would fail much later: a
 * value must survive serialisation as JSON, and be valid when it is read back.
 */
export function passthroughCache(clock: Clock): PassthroughCache {
  const stored: StoredValue[] = [];

  function store<Key, Value>(
    space: CacheNamespace<Key, Value>,
    key: Key,
    fresh: FetchedValue<Value> | NegativeResult,
  ): CachedValue<Value> {
    if ('notFound' in fresh) throw fresh.notFound;
    const value: unknown = JSON.parse(JSON.stringify(fresh.value));
    if (!space.isValid(value)) throw new Error(`${space.endpoint}: a value is invalid after serialisation`);
    const { ttlSeconds, isFinal = false } = fresh;
    stored.push({ endpoint: space.endpoint, key: space.keyParts(key), ttlSeconds, isFinal });
    const fetchedAt = clock.now();
    const freshUntil = fetchedAt + fresh.ttlSeconds * 1000;
    return { value, fetchedAt, freshUntil, servedFrom: 'VENDOR', call: Symbol(space.endpoint) };
  }

  return {
    stored,
    readMany: async (space, keys, context, fetch) => {
      const early = new Map<unknown, FetchOutcome<never>>();
      const answers = await fetch(keys, { ...context, forKeys: () => context }, (key, answer) => {
        if (!keys.includes(key)) throw new Error(`${space.endpoint}: a key was reported that was not requested`);
        if (!early.has(key)) early.set(key, answer as FetchOutcome<never>);
      });
      if (answers.length !== keys.length) throw new Error(`${space.endpoint}: fetch must return one result per key`);
      return keys.map((key, index) => {
        const answer = early.get(key) ?? answers[index];
        if (answer === undefined) throw new Error(`${space.endpoint}: a result is missing`);
        if (answer instanceof VendorError) return answer;
        return 'notFound' in answer ? answer.notFound : store(space, key, answer);
      });
    },
    readEach: (space, keys, context, fetch) =>
      Promise.all(
        keys.map((key) =>
          fetch(key, context)
            .then((fetched) => store(space, key, fetched))
            .catch((error: unknown) => error as Error),
        ),
      ),
    read: async (space, key, context, fetch) => store(space, key, await fetch(context)),
    entryId: (space, key) => JSON.stringify(space.keyParts(key)),
    readInMemory: () => undefined,
    peek: (_space, keys) => Promise.resolve(keys.map(() => undefined)),
    primeMany: (space, entries) => {
      for (const [key, fresh] of entries) store(space, key, fresh);
      return Promise.resolve();
    },
  };
}

export interface StubHttp extends VendorHttp {
  /** Every request sent, in order. */
  readonly sent: readonly SentRequest[];
}

/** Handles every request by a function: no sockets, no retries, no limits. A request ends when its signal is aborted. */
export function stubHttp(account: AccountAdapter['account'], clock: Clock, handler: RequestHandler): StubHttp {
  const sent: SentRequest[] = [];

  async function read<T>(
    request: VendorRequest,
    context: CallContext,
    parse: (response: VendorResponse) => T,
  ): Promise<T> {
    const headers = { ...request.headers };
    for (const [name, value] of Object.entries((await request.authorize?.(context)) ?? {})) {
      const duplicate = Object.keys(headers).find((other) => other.toLowerCase() === name.toLowerCase());
      if (duplicate !== undefined) throw new Error(`The header ${name} is sent twice`);
      headers[name] = value;
    }
    const sentRequest: SentRequest = {
      endpoint: request.endpoint,
      method: request.method,
      url: new URL(request.url.pathname + request.url.search, request.url.origin),
      headers,
      body: request.body ?? '',
      keys: request.keys ?? 1,
      ...(context.priority && { priority: context.priority }),
    };
    const { endpoint, keys } = sentRequest;
    const target = { vendor: account.vendor, account: account.name, endpoint };
    const record = (outcome: string, bytes: number) => {
      context.record({ account: account.name, endpoint, outcome, servedFrom: 'VENDOR', ms: 1, bytes, keys });
    };
    const cancelled = () => toVendorError(context.signal.reason, target, 'waiting');
    if (context.signal.aborted) throw cancelled();
    sent.push(sentRequest);
    try {
      const reply = await raceAbort(Promise.resolve(handler(sentRequest)), context.signal, cancelled);
      const lowerCase = Object.entries(reply.headers ?? {}).map(
        ([name, value]) => [name.toLowerCase(), value] as const,
      );
      const body = Buffer.from(reply.body ?? '');
      const value = parse({ request, status: reply.status, headers: Object.fromEntries(lowerCase), body });
      record(errorCodeForStatus(reply.status) ?? 'OK', body.length);
      return value;
    } catch (error) {
      record(error instanceof VendorError ? error.code : 'INTERNAL_SERVER_ERROR', 0);
      throw error;
    }
  }

  const send = (request: VendorRequest, context: CallContext) => read(request, context, (response) => response);

  return {
    sent,
    read,
    stream: async (request, context, readStream) => {
      const target = { vendor: account.vendor, account: account.name, endpoint: request.endpoint };
      const response = await send(request, context);
      const error = errorCodeForStatus(response.status) === null ? null : request.classifyResponse?.(response);
      if (error) throw error;
      const { status, headers, body } = assertOk(response, target, clock.now());
      return readStream({ request, status, headers, body: toChunks(body) });
    },
  };
}

/** Splits a body at arbitrary offsets, as a network does. */
async function* toChunks(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += 1000) {
    await Promise.resolve();
    yield body.subarray(at, at + 1000);
  }
}

async function raceAbort<T>(promise: Promise<T>, signal: AbortSignal, reason: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(reason());
    };
    signal.addEventListener('abort', abort, { once: true });
    const removeListener = () => {
      signal.removeEventListener('abort', abort);
    };
    promise.then(resolve, reject).finally(removeListener);
  });
}

export interface VendorHarness {
  readonly clock: ManualClock;
  readonly sent: readonly SentRequest[];
  readonly stored: readonly StoredValue[];
  /** The call records of all queries. */
  readonly callRecords: readonly CallRecord[];
  /** Why tokens could not be obtained. */
  readonly renewalErrors: readonly VendorError[];
  /** What was left out of responses. */
  readonly dropped: readonly (readonly [endpoint: string, reason: DropReason, count: number])[];
  readonly adapter: AccountAdapter;
  /** The data source of a new query; its "now" is the clock's. */
  readonly createDataSource: (scope?: Partial<DataSourceContext>) => AccountDataSource;
}

/**
 * Connects a vendor's adapter to a function that replaces the vendor. `accountConfig` is the account's configuration with
 * secrets in plain text.
 */
export function connectVendor(
  vendor: VendorAdapter,
  accountConfig: unknown,
  handler: RequestHandler,
  options: { readonly now?: Instant; readonly ttl?: Partial<Ttl>; readonly tokenStore?: SharedTokenStore } = {},
): VendorHarness {
  const config = vendor.config.parse(accountConfig);
  const account = { name: config.name, vendor: vendor.name };
  const clock = manualClock(options.now ?? Date.parse('2024-05-15T12:00:00Z'));
  const http = stubHttp(account, clock, handler);
  const cache = passthroughCache(clock);
  const callRecords: CallRecord[] = [];
  const renewalErrors: VendorError[] = [];
  const dropped: [string, DropReason, number][] = [];
  const adapter = vendor.connect(config, {
    account,
    clock,
    http,
    cache,
    ttl: { ...ttlSchema.parse({}), ...options.ttl },
    tokenStore: options.tokenStore,
    onTokenRenewalFailed: (error) => renewalErrors.push(error),
    onDropped: (endpoint, reason, count) => dropped.push([endpoint, reason, count]),
  });
  return {
    clock,
    adapter,
    callRecords,
    dropped,
    renewalErrors,
    sent: http.sent,
    stored: cache.stored,
    createDataSource: (scope = {}) =>
      adapter.createDataSource({
        signal: new AbortController().signal,
        record: (call) => callRecords.push(call),
        restrictCache: () => undefined,
        now: clock.now(),
        takeFileBudget: (wanted) => wanted,
        ...scope,
      }),
  };
}
