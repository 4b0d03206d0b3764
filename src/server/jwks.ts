import { createLocalJWKSet, errors, type FetchImplementation, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';

/** From this age on the keys are asked for anew, while they serve on. */
const REFRESH_AFTER_MS = 5 * MINUTE;
/** From this age on they serve only where the issuer was asked in vain. */
const MAX_AGE_MS = 10 * MINUTE;
/** How long they serve since the issuer was first asked in vain. */
const STALE_IF_ERROR_MS = 10 * MINUTE;
/** How long a look for an unknown key serves all other unknown ones. */
const UNKNOWN_KEY_COOLDOWN_MS = 30 * SECOND;
/** How long the issuer is left alone after it was asked. */
const MIN_FETCH_INTERVAL_MS = 5 * SECOND;
const FETCH_TIMEOUT_MS = 5 * SECOND;

/** Hundreds of keys. */
const MAX_JWKS_BYTES = 256 * 1024;
/** Whoever sends a token that looks like one waits for its key, and costs memory: strangers, too. */
const MAX_WAITERS = 1000;

/** The issuer's keys cannot be had, so that no token can be judged: the issuer's fault or ours, never the caller's. */
export class JwksUnavailableError extends Error {
  override readonly name = 'JwksUnavailableError';
}

interface CachedJwks {
  readonly getKey: JWTVerifyGetKey;
  readonly fetchedAt: number;
}

/**
 * The issuer's public keys: fetched when first needed, renewed while they are used, good for ten more minutes when the issuer is
 * gone, and asked for again because of an unknown key at most every thirty seconds, however many tokens name made-up ones.
 */
export function createRemoteJwks(uri: URL, clock: Clock, fetchKeys: FetchImplementation): JWTVerifyGetKey {
  let cached: CachedJwks | null = null;
  let failingSince: number | null = null;
  let lastFetchAt = -Infinity;
  let pendingFetch: Promise<void> | null = null;
  let waiters = 0;

  async function updateCache(): Promise<void> {
    try {
      cached = { getKey: createLocalJWKSet(await fetchJwks(uri, clock, fetchKeys)), fetchedAt: clock.monotonicMs() };
      failingSince = null;
    } catch {
      failingSince ??= clock.monotonicMs();
    }
    lastFetchAt = clock.monotonicMs();
    pendingFetch = null;
  }

  /** One look for all who come meanwhile. */
  function refresh(): Promise<void> | null {
    if (!pendingFetch && clock.monotonicMs() - lastFetchAt >= MIN_FETCH_INTERVAL_MS) pendingFetch = updateCache();
    return pendingFetch;
  }

  async function waitForRefresh(): Promise<void> {
    if (waiters >= MAX_WAITERS) return;
    waiters += 1;
    await refresh();
    waiters -= 1;
  }

  /** Those that serve now; whoever needs not wait for better ones does not. */
  async function currentJwks(): Promise<CachedJwks> {
    if (failingSince !== null && clock.monotonicMs() - failingSince >= STALE_IF_ERROR_MS) cached = null;
    const age = cached ? clock.monotonicMs() - cached.fetchedAt : Infinity;
    if (!cached || (age >= MAX_AGE_MS && failingSince === null)) await waitForRefresh();
    else if (age >= REFRESH_AFTER_MS) void refresh();
    if (!cached) throw new JwksUnavailableError();
    return cached;
  }

  return async (header, token) => {
    const initial = await currentJwks();
    try {
      return await initial.getKey(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw new errors.JWKSNoMatchingKey();
    }
    if (clock.monotonicMs() - initial.fetchedAt >= UNKNOWN_KEY_COOLDOWN_MS) await waitForRefresh();
    try {
      return await (cached ?? initial).getKey(header, token);
    } catch {
      throw new errors.JWKSNoMatchingKey();
    }
  };
}

async function fetchJwks(uri: URL, clock: Clock, fetchKeys: FetchImplementation): Promise<JSONWebKeySet> {
  const timeout = Promise.withResolvers<never>();
  const abortController = new AbortController();
  const cancel = clock.setTimer(FETCH_TIMEOUT_MS, () => {
    abortController.abort();
    timeout.reject(new JwksUnavailableError());
  });
  try {
    return await Promise.race([readJwks(uri, fetchKeys, abortController.signal), timeout.promise]);
  } finally {
    cancel();
  }
}

async function readJwks(uri: URL, fetchKeys: FetchImplementation, signal: AbortSignal): Promise<JSONWebKeySet> {
  const headers = new Headers({ accept: 'application/jwk-set+json, application/json' });
  const response = await fetchKeys(uri.href, { method: 'GET', headers, redirect: 'manual', signal });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new JwksUnavailableError();
  }
  return (await limitBytes(response).json()) as JSONWebKeySet;
}

/** The same answer, which breaks off where it gets too large. */
function limitBytes(response: Response): Response {
  let bytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (bytes > MAX_JWKS_BYTES) controller.error(new JwksUnavailableError());
      else controller.enqueue(chunk);
    },
  });
  return new Response(response.body?.pipeThrough(counter) ?? null, response);
}
