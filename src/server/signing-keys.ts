import { createLocalJWKSet, errors, type FetchImplementation, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';

/** From this age on the keys are asked for anew, while they serve on. */
const RENEWED_FROM = 5 * MINUTE;
/** From this age on they serve only where the issuer was asked in vain. */
const GOOD_FOR = 10 * MINUTE;
/** How long they serve since the issuer was first asked in vain. */
const GRACE = 10 * MINUTE;
/** How long a look for an unknown key serves all other unknown ones. */
const COOLDOWN = 30 * SECOND;
/** How long the issuer is left alone after it was asked. */
const PAUSE = 5 * SECOND;
const PATIENCE = 5 * SECOND;

/** Hundreds of keys. */
const MOST_BYTES = 256 * 1024;
/** Whoever sends a token that looks like one waits for its key, and costs memory: strangers, too. */
const MOST_WAITING = 1000;

/** The issuer's keys cannot be had, so that no token can be judged: the issuer's fault or ours, never the caller's. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

interface Known {
  readonly find: JWTVerifyGetKey;
  readonly since: number;
}

/**
 * The issuer's public keys: fetched when first needed, renewed while they are used, good for ten more minutes when the issuer is
 * gone, and asked for again because of an unknown key at most every thirty seconds, however many tokens name made-up ones.
 */
export function createSigningKeys(uri: URL, clock: Clock, fetchKeys: FetchImplementation): JWTVerifyGetKey {
  let known: Known | null = null;
  let goneSince: number | null = null;
  let askedAt = -Infinity;
  let asking: Promise<void> | null = null;
  let waiting = 0;

  async function ask(): Promise<void> {
    try {
      known = { find: createLocalJWKSet(await fetchSet(uri, clock, fetchKeys)), since: clock.elapsed() };
      goneSince = null;
    } catch {
      goneSince ??= clock.elapsed();
    }
    askedAt = clock.elapsed();
    asking = null;
  }

  /** One look for all who come meanwhile. */
  function look(): Promise<void> | null {
    if (!asking && clock.elapsed() - askedAt >= PAUSE) asking = ask();
    return asking;
  }

  async function wait(): Promise<void> {
    if (waiting >= MOST_WAITING) return;
    waiting += 1;
    await look();
    waiting -= 1;
  }

  /** Those that serve now; whoever needs not wait for better ones does not. */
  async function current(): Promise<Known> {
    if (goneSince !== null && clock.elapsed() - goneSince >= GRACE) known = null;
    const age = known ? clock.elapsed() - known.since : Infinity;
    if (!known || (age >= GOOD_FOR && goneSince === null)) await wait();
    else if (age >= RENEWED_FROM) void look();
    if (!known) throw new KeysUnavailable();
    return known;
  }

  return async (header, token) => {
    const first = await current();
    try {
      return await first.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw new errors.JWKSNoMatchingKey();
    }
    if (clock.elapsed() - first.since >= COOLDOWN) await wait();
    try {
      return await (known ?? first).find(header, token);
    } catch {
      throw new errors.JWKSNoMatchingKey();
    }
  };
}

async function fetchSet(uri: URL, clock: Clock, fetchKeys: FetchImplementation): Promise<JSONWebKeySet> {
  const late = Promise.withResolvers<never>();
  const given = new AbortController();
  const cancel = clock.after(PATIENCE, () => {
    given.abort();
    late.reject(new KeysUnavailable());
  });
  try {
    return await Promise.race([readSet(uri, fetchKeys, given.signal), late.promise]);
  } finally {
    cancel();
  }
}

async function readSet(uri: URL, fetchKeys: FetchImplementation, signal: AbortSignal): Promise<JSONWebKeySet> {
  const headers = new Headers({ accept: 'application/jwk-set+json, application/json' });
  const answer = await fetchKeys(uri.href, { method: 'GET', headers, redirect: 'manual', signal });
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw new KeysUnavailable();
  }
  return (await bounded(answer).json()) as JSONWebKeySet;
}

/** The same answer, which breaks off where it gets too large. */
function bounded(answer: Response): Response {
  let bytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) controller.error(new KeysUnavailable());
      else controller.enqueue(chunk);
    },
  });
  return new Response(answer.body?.pipeThrough(counter) ?? null, answer);
}
