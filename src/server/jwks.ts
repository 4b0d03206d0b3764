import { createLocalJWKSet, errors, type FetchImplementation, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';

/** Above this age the keys are refreshed in the background and used meanwhile. */
const REFRESH_AFTER_MS = 5 * MINUTE;
/** Above this age a request waits for the refresh, unless the last fetch failed. */
const MAX_AGE_MS = 10 * MINUTE;
/** How long cached keys stay usable after the first failed fetch. */
const STALE_IF_ERROR_MS = 10 * MINUTE;
/** Minimum age of the cached keys before an unknown key id triggers a refresh. */
const UNKNOWN_KEY_COOLDOWN_MS = 30 * SECOND;
const MIN_FETCH_INTERVAL_MS = 5 * SECOND;
const FETCH_TIMEOUT_MS = 5 * SECOND;

/** Room for hundreds of keys. */
const MAX_JWKS_BYTES = 256 * 1024;
/** Bounds the memory of waiting requests, because any unauthenticated client can send a token that looks like a JWT. */
const MAX_WAITERS = 1000;

/** The issuer's keys are unavailable, so no token can be verified. Never the caller's fault. */
export class JwksUnavailableError extends Error {
  override readonly name = 'JwksUnavailableError';
}

interface CachedJwks {
  readonly getKey: JWTVerifyGetKey;
  readonly fetchedAt: number;
}

/**
 * Resolves the issuer's public keys (JWKS). They are fetched on first use, refreshed while in use, and stay usable for ten
 * minutes while the issuer is unavailable. An unknown key id triggers at most one refresh every thirty seconds, however many
 * tokens name invented ids.
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

  /** Starts a fetch or joins the one in flight (single-flight); null while the minimum interval has not passed. */
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

  /** Returns the usable keys and waits for a refresh only when there are none, or only expired ones. */
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

/** Returns the same response with a body that errors beyond `MAX_JWKS_BYTES`. */
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
