import type { DiscoveredAgent } from '../../domain/agent.ts';
import { type EventLoopYielder, inGroups } from '../../domain/event-loop-yielder.ts';
import type { FileContent, StoredNames } from './files/content.ts';
import { isEmail } from './references.ts';

/** The agents of a group take less than a millisecond. */
const GROUP_SIZE = 500;

/** Collects the agents in files by agentID, each with the latest names, between turns of the event loop. */
export async function toDiscoveredAgents(
  contents: readonly FileContent[],
  yielder: EventLoopYielder,
): Promise<readonly DiscoveredAgent[]> {
  const names = new Map<string, StoredNames>();
  const aliases = new Map<string, Set<string>>();
  for (const { agents, logins } of contents) {
    for (const group of inGroups(Object.entries(agents), GROUP_SIZE)) {
      await yielder.yieldIfDue();
      for (const [id, agent] of group) {
        const latest = names.get(id);
        if (!latest || agent.names.at > latest.at) names.set(id, agent.names);
      }
    }
    for (const group of inGroups(Object.entries(logins), GROUP_SIZE)) {
      await yielder.yieldIfDue();
      for (const [login, ids] of group) {
        for (const id of ids) {
          const known = aliases.get(id);
          if (known) known.add(login);
          else aliases.set(id, new Set([login]));
        }
      }
    }
  }
  const discovered: DiscoveredAgent[] = [];
  for (const group of inGroups([...names.keys()].sort(), GROUP_SIZE)) {
    await yielder.yieldIfDue();
    for (const ref of group) discovered.push(toDiscoveredAgent(ref, names.get(ref), aliases.get(ref)));
  }
  return discovered;
}

function toDiscoveredAgent(
  ref: string,
  names: StoredNames | undefined,
  aliases: ReadonlySet<string> | undefined,
): DiscoveredAgent {
  const { loginName = null, nickname = null, userName = null } = names ?? {};
  return {
    ref,
    aliases: [...(aliases ?? [])].sort(),
    name: nickname ?? userName,
    email: loginName !== null && isEmail(loginName) ? loginName : null,
  };
}
