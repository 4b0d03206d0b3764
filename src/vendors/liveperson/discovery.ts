import type { DiscoveredAgent } from '../../domain/agent.ts';
import type { FileContent, StoredNames } from './files/content.ts';
import { isEmail } from './references.ts';

/** Collects the agents in files by agentID, each with the latest names. */
export function toDiscoveredAgents(contents: readonly FileContent[]): readonly DiscoveredAgent[] {
  const names = new Map<string, StoredNames>();
  const aliases = new Map<string, Set<string>>();
  for (const { agents, logins } of contents) {
    for (const [id, agent] of Object.entries(agents)) {
      const latest = names.get(id);
      if (!latest || agent.names.at > latest.at) names.set(id, agent.names);
    }
    for (const [login, ids] of Object.entries(logins)) {
      for (const id of ids) aliases.set(id, (aliases.get(id) ?? new Set()).add(login));
    }
  }
  return [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([ref, { loginName, nickname, userName }]) => ({
      ref,
      aliases: [...(aliases.get(ref) ?? [])].sort(),
      name: nickname ?? userName,
      email: loginName !== null && isEmail(loginName) ? loginName : null,
    }));
}
