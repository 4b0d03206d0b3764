import { hash, timingSafeEqual } from 'node:crypto';
import type { ApiKeyConfig } from '../config/settings.ts';
import type { Caller } from '../request/caller.ts';

/**
 * Creates a function that returns the caller of an API key, or null for an unknown key. Only digests are held, and every
 * digest is compared in constant time, so the response time reveals nothing about the keys.
 */
export function createApiKeyVerifier(
  keys: readonly ApiKeyConfig[],
  toCaller = createKeyCaller,
): (apiKey: string) => Caller | null {
  const entries = keys.map((key) => ({ digest: Buffer.from(key.sha256, 'hex'), caller: toCaller(key) }));
  return (apiKey) => {
    const digest = hash('sha256', apiKey, 'buffer');
    let matched: Caller | null = null;
    for (const entry of entries) {
      if (timingSafeEqual(entry.digest, digest)) matched = entry.caller;
    }
    return matched;
  };
}

export function createKeyCaller({ name, accounts, scopes }: ApiKeyConfig): Caller {
  return { name, accounts: accounts ? new Set(accounts) : null, scopes: new Set(scopes), isLasting: true };
}
