import type { DirectoryEntry } from '../../src/config/settings.ts';
import type { KnownAccount } from '../../src/directory/discovered-entries.ts';
import type { DiscoveredAgent } from '../../src/domain/agent.ts';

/** Case-insensitive references that may be e-mail addresses, like those of Kore and LivePerson. */
export function knownAccount(name: string, vendor: KnownAccount['vendor'] = 'KORE'): KnownAccount {
  return {
    name,
    vendor,
    references: {
      problem: () => null,
      canonical: (ref) => ref.toLowerCase(),
      email: (ref) => (ref.includes('@') ? ref : null),
    },
  };
}

export function directoryEntry(id: string, overrides: Partial<DirectoryEntry> = {}): DirectoryEntry {
  return { id, kind: 'human', accounts: {}, ...overrides };
}

export function discoveredAgent(ref: string, overrides: Partial<DiscoveredAgent> = {}): DiscoveredAgent {
  return { ref, aliases: [], name: null, email: null, ...overrides };
}
