import type { AccountCache, Cached, Fresh, NotFound, Space } from '../../src/cache/cache.ts';
import type { Vault } from '../../src/cache/vault.ts';
import { type Ttl, ttl } from '../../src/config/cache.ts';
import type { Clock, Instant } from '../../src/domain/clock.ts';
import { VendorError } from '../../src/domain/vendor-error.ts';
import type { CallRecord, CallScope, VendorHttp, VendorReply, VendorRequest } from '../../src/http/call.ts';
import { failure } from '../../src/http/failure.ts';
import { codeOfStatus, requireOk } from '../../src/http/reply.ts';
import type { SandboxReply } from '../../src/vendors/sandbox.ts';
import type { Connection, QueryScope, Sources, Vendor } from '../../src/vendors/vendor.ts';
import { type ManualClock, manualClock } from './clock.ts';

/** A request as it would have gone out: the client's own headers and those that prove who asks, names as written. */
export type SentRequest = Required<Omit<VendorRequest, 'authorize' | 'idempotent' | 'maxBytes' | 'trouble'>>;

export type Answerer = (request: SentRequest) => SandboxReply | Promise<SandboxReply>;

/** A reply whose body is that value as JSON. */
export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): SandboxReply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

/** A value that a source gave the cache to keep. */
export interface KeptValue {
  readonly endpoint: string;
  readonly key: readonly (string | number | boolean | null)[];
  readonly ttlSeconds: number;
}

export interface PassingCache extends AccountCache {
  readonly kept: readonly KeptValue[];
}

/**
 * A cache that keeps nothing: it asks for every key it is asked for. It is strict where a real one would fail much later:
 * a value must survive being written as JSON, and be recognised when it is read back.
 */
export function passingCache(clock: Clock): PassingCache {
  const kept: KeptValue[] = [];

  function pass<Key, Value>(space: Space<Key, Value>, key: Key, fresh: Fresh<Value> | NotFound): Cached<Value> {
    if ('notFound' in fresh) throw fresh.notFound;
    const value: unknown = JSON.parse(JSON.stringify(fresh.value));
    if (!space.isValue(value)) throw new Error(`${space.endpoint}: a value does not survive being kept`);
    kept.push({ endpoint: space.endpoint, key: space.canonical(key), ttlSeconds: fresh.ttlSeconds });
    return { value, fetchedAt: clock.now(), servedFrom: 'VENDOR' };
  }

  return {
    kept,
    readMany: async (space, keys, scope, fetch) => {
      const answers = await fetch(keys, scope);
      if (answers.length !== keys.length) throw new Error(`${space.endpoint}: as many answers as keys are promised`);
      return keys.map((key, index) => {
        const answer = answers[index];
        if (answer === undefined) throw new Error(`${space.endpoint}: an answer is missing`);
        if (answer instanceof VendorError) return answer;
        return 'notFound' in answer ? answer.notFound : pass(space, key, answer);
      });
    },
    read: async (space, key, scope, fetch) => pass(space, key, await fetch(scope)),
    peek: (_space, keys) => Promise.resolve(keys.map(() => undefined)),
    putMany: (space, brought) => {
      for (const [key, fresh] of brought) pass(space, key, fresh);
      return Promise.resolve();
    },
  };
}

export interface AnsweringHttp extends VendorHttp {
  /** Every request sent, in order. */
  readonly sent: readonly SentRequest[];
}

/** Answers every request from a function: no sockets, no retries, no limits. A request ends when its signal is aborted. */
export function answeringHttp(account: Connection['account'], clock: Clock, answer: Answerer): AnsweringHttp {
  const sent: SentRequest[] = [];

  async function send(request: VendorRequest, scope: CallScope): Promise<VendorReply> {
    const headers = { ...request.headers };
    for (const [name, value] of Object.entries((await request.authorize?.(scope)) ?? {})) {
      const double = Object.keys(headers).find((other) => other.toLowerCase() === name.toLowerCase());
      if (double !== undefined) throw new Error(`The header ${name} is sent twice`);
      headers[name] = value;
    }
    const asked: SentRequest = {
      endpoint: request.endpoint,
      method: request.method,
      url: new URL(request.url),
      headers,
      body: request.body ?? '',
      keys: request.keys ?? 1,
    };
    const { endpoint, keys } = asked;
    const target = { vendor: account.vendor, account: account.name, endpoint };
    const record = (outcome: string, bytes: number) => {
      scope.record({ account: account.name, endpoint, outcome, servedFrom: 'VENDOR', ms: 1, bytes, keys });
    };
    const cancelled = () => failure(scope.signal.reason, target, 'waiting');
    if (scope.signal.aborted) throw cancelled();
    sent.push(asked);
    try {
      const reply = await orWhenAborted(Promise.resolve(answer(asked)), scope.signal, cancelled);
      const lowerCase = Object.entries(reply.headers ?? {}).map(
        ([name, value]) => [name.toLowerCase(), value] as const,
      );
      const body = Buffer.from(reply.body ?? '');
      record(codeOfStatus(reply.status) ?? 'OK', body.length);
      return { request, status: reply.status, headers: Object.fromEntries(lowerCase), body };
    } catch (error) {
      record(error instanceof VendorError ? error.code : 'INTERNAL_SERVER_ERROR', 0);
      throw error;
    }
  }

  return {
    sent,
    send,
    stream: async (request, scope, read) => {
      const target = { vendor: account.vendor, account: account.name, endpoint: request.endpoint };
      const reply = await send(request, scope);
      const trouble = codeOfStatus(reply.status) === null ? null : request.trouble?.(reply);
      if (trouble) throw trouble;
      const { status, headers, body } = requireOk(reply, target, clock.now());
      return read({ request, status, headers, body: inPieces(body) });
    },
  };
}

/** In pieces that fall anywhere, as they do on a wire. */
async function* inPieces(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += 1000) {
    await Promise.resolve();
    yield body.subarray(at, at + 1000);
  }
}

async function orWhenAborted<T>(promise: Promise<T>, signal: AbortSignal, reason: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(reason());
    };
    signal.addEventListener('abort', abort, { once: true });
    const done = () => {
      signal.removeEventListener('abort', abort);
    };
    promise.then(resolve, reject).finally(done);
  });
}

export interface Harness {
  readonly clock: ManualClock;
  readonly sent: readonly SentRequest[];
  readonly kept: readonly KeptValue[];
  /** What the queries were told of calls made. */
  readonly records: readonly CallRecord[];
  readonly connection: Connection;
  /** The sources of a new query, whose "now" is what the clock shows. */
  readonly open: (scope?: Partial<QueryScope>) => Sources;
}

/**
 * A vendor's client, connected to a function that plays the vendor. `entry` is the account's entry in the configuration,
 * secrets in plain text.
 */
export function connectTo(
  vendor: Vendor,
  entry: unknown,
  answer: Answerer,
  options: { readonly now?: Instant; readonly ttl?: Partial<Ttl>; readonly vault?: Vault } = {},
): Harness {
  const config = vendor.config.parse(entry);
  const account = { name: config.name, vendor: vendor.name };
  const clock = manualClock(options.now ?? Date.parse('2024-05-15T12:00:00Z'));
  const http = answeringHttp(account, clock, answer);
  const cache = passingCache(clock);
  const records: CallRecord[] = [];
  const connection = vendor.connect(config, {
    account,
    clock,
    http,
    cache,
    ttl: { ...ttl.parse({}), ...options.ttl },
    vault: options.vault,
  });
  return {
    clock,
    connection,
    records,
    sent: http.sent,
    kept: cache.kept,
    open: (scope = {}) =>
      connection.open({
        signal: new AbortController().signal,
        record: (call) => records.push(call),
        expires: () => undefined,
        now: clock.now(),
        grantFiles: (wanted) => wanted,
        ...scope,
      }),
  };
}
