import { accountFingerprint } from '../cache/account-fingerprint.ts';
import type { AccountConfig } from '../config/account.ts';
import type { Config } from '../config/schema.ts';
import { digestSettings } from '../config/settings-digest.ts';
import { oldGenerationLimit } from '../observability/heap-limit.ts';
import { contentMemoryLimits, createContentMemory } from '../vendors/content-memory.ts';
import { type AccountDependencies, connectAccount, type ConnectedAccount } from './connected-account.ts';

/** How the accounts of a configuration differ from those of the one before; by name. */
export interface AccountChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** The accounts of one configuration. */
export interface AccountSet {
  /** In the order of the configuration. */
  readonly accounts: readonly ConnectedAccount[];
  readonly changes: AccountChanges;
  /** Closes those that no other set has; call it when no request uses them any more. */
  readonly release: () => void;
}

/** The accounts of a process. */
export interface AccountPool {
  /**
   * Returns the accounts of a configuration. Those that are connected already, with the same settings, are the same ones: they keep their
   * cache, their limits, tokens, circuits, discoveries and health.
   */
  readonly connect: (config: Pick<Config, 'accounts' | 'cache' | 'performance'>) => AccountSet;
  /** All that are connected, also those of configurations before whose requests have not ended. */
  readonly all: () => readonly ConnectedAccount[];
}

interface PooledAccount {
  readonly account: ConnectedAccount;
  /** How many sets have it. */
  users: number;
}

export function createAccountPool(options: Omit<AccountDependencies, 'contentMemory'>): AccountPool {
  const { metrics, clock } = options;
  const contentMemory = createContentMemory(contentMemoryLimits(oldGenerationLimit()), clock);
  const dependencies = { ...options, contentMemory };
  const pooled = new Map<string, PooledAccount>();
  /** Made when accounts come and go: with traces, every request asks for it. */
  let connected: readonly ConnectedAccount[] = [];
  const toFingerprint = createFingerprints();
  /** What names stand for, by the last configuration: digests of settings. */
  let digestsInForce = new Map<string, string>();

  function acquire(digest: string, config: AccountConfig, surroundings: Parameters<AccountPool['connect']>[0]) {
    const known = pooled.get(digest);
    if (known) {
      known.users += 1;
      return known.account;
    }
    const account = connectAccount(config, dependencies, {
      surroundings,
      fingerprint: toFingerprint(config),
      isInForce: () => digestsInForce.get(config.name) === digest,
    });
    pooled.set(digest, { account, users: 1 });
    connected = [...connected, account];
    return account;
  }

  function release(digest: string): void {
    const known = pooled.get(digest);
    if (!known) return;
    known.users -= 1;
    if (known.users > 0) return;
    pooled.delete(digest);
    connected = connected.filter((account) => account !== known.account);
    known.account.close();
    const { name } = known.account.config;
    if (!digestsInForce.has(name)) metrics.forgetAccount(name);
  }

  return {
    all: () => connected,
    connect: (config) => {
      const { cache, performance } = config;
      const surroundings = [cache.ttl, cache.staleIfErrorSeconds, performance.synchronousReads];
      const digests = new Map(config.accounts.map((each) => [each.name, digestSettings([each, surroundings])]));
      const changes = findChanges(digestsInForce, digests);
      digestsInForce = digests;
      // What another account of the same name has exported is not of this one.
      for (const name of changes.changed) metrics.forgetAccount(name);
      const accounts = config.accounts.map((each) => acquire(digests.get(each.name) ?? '', each, config));
      const isNew = new Set([...changes.added, ...changes.changed]);
      for (const account of accounts) if (isNew.has(account.config.name)) account.exportCalls();
      return {
        accounts,
        changes,
        release: () => {
          for (const digest of digests.values()) release(digest);
        },
      };
    },
  };
}

function findChanges(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): AccountChanges {
  const names = [...after.keys()];
  return {
    added: names.filter((name) => !before.has(name)),
    changed: names.filter((name) => before.has(name) && before.get(name) !== after.get(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
  };
}

/**
 * Creates a function that returns what distinguishes a vendor account in this process's cache from others of its name: nothing for the first
 * one, so that keys stay short, and a number for each further one.
 */
function createFingerprints(): (account: AccountConfig) => string {
  const known = new Map<string, string[]>();
  return (account) => {
    const ofName = known.get(account.name) ?? [];
    known.set(account.name, ofName);
    const fingerprint = accountFingerprint(account);
    if (!ofName.includes(fingerprint)) ofName.push(fingerprint);
    const number = ofName.indexOf(fingerprint);
    return number === 0 ? '' : String(number);
  };
}
