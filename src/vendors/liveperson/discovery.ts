import type { DiscoveredAgent } from '../../domain/agent.ts';
import { type EventLoopYielder, inGroups } from '../../domain/event-loop-yielder.ts';
import type { FileContent, StoredNames } from './files/content.ts';
import { isEmail, normalizeLogin } from './references.ts';

/** The agents of a group take less than a millisecond. */
const GROUP_SIZE = 500;

interface KnownAgent {
  readonly id: string;
  /** The latest ones. */
  names: StoredNames;
  /** All that its events name. */
  readonly logins: Set<string>;
}

/**
 * Collects the agents in files, each with its latest names, between turns of the event loop.
 *
 * A login name belongs to the agent that had it last. AgentIDs whose latest login name is the same address are one agent, who was created
 * again: its reference is that login name, which finds the data of all of them. Another login name may have passed to another person.
 */
export async function toDiscoveredAgents(
  contents: readonly FileContent[],
  yielder: EventLoopYielder,
): Promise<readonly DiscoveredAgent[]> {
  const known = await collectAgents(contents, yielder);
  const byLogin = new Map<string, KnownAgent[]>();
  const ordered = [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const agent of ordered) {
    const login = latestLogin(agent);
    const namesakes = login === null ? undefined : byLogin.get(login);
    if (namesakes) namesakes.push(agent);
    else if (login !== null) byLogin.set(login, [agent]);
  }
  const discovered: DiscoveredAgent[] = [];
  for (const group of inGroups(ordered, GROUP_SIZE)) {
    await yielder.yieldIfDue();
    for (const agent of group) {
      const login = latestLogin(agent);
      const namesakes = (login !== null && isEmail(login) ? byLogin.get(login) : undefined) ?? [agent];
      if (namesakes[0] === agent) discovered.push(toDiscoveredAgent(namesakes, login, byLogin));
    }
  }
  return discovered;
}

async function collectAgents(
  contents: readonly FileContent[],
  yielder: EventLoopYielder,
): Promise<ReadonlyMap<string, KnownAgent>> {
  const known = new Map<string, KnownAgent>();
  for (const { agents, logins } of contents) {
    for (const group of inGroups(Object.entries(agents), GROUP_SIZE)) {
      await yielder.yieldIfDue();
      for (const [id, { names }] of group) {
        const agent = known.get(id);
        if (!agent) known.set(id, { id, names, logins: new Set() });
        else if (names.at > agent.names.at) agent.names = names;
      }
    }
    for (const group of inGroups(Object.entries(logins), GROUP_SIZE)) {
      await yielder.yieldIfDue();
      for (const [login, ids] of group) {
        for (const id of ids) known.get(id)?.logins.add(login);
      }
    }
  }
  return known;
}

function latestLogin({ names: { loginName } }: KnownAgent): string | null {
  return loginName === null ? null : normalizeLogin(loginName);
}

/** `namesakes` are the agentIDs of the agent; several, where the login name is an address that all of them had last. */
function toDiscoveredAgent(
  namesakes: readonly KnownAgent[],
  login: string | null,
  byLogin: ReadonlyMap<string, readonly KnownAgent[]>,
): DiscoveredAgent {
  const { loginName, nickname, userName } = latestOf(namesakes).names;
  const ids = namesakes.map(({ id }) => id);
  const logins = new Set(namesakes.flatMap((agent) => [...agent.logins]));
  const isOwn = (each: string): boolean => {
    const holders = byLogin.get(each);
    return !holders || namesakes.includes(latestOf(holders));
  };
  const own = [...logins].filter(isOwn).sort();
  const [ref = '', ...aliases] = login === null || ids.length === 1 ? [...ids, ...own] : [login, ...ids, ...own];
  return {
    ref,
    aliases: aliases.filter((alias) => alias !== ref),
    name: nickname ?? userName,
    email: loginName !== null && isEmail(loginName) ? loginName : null,
  };
}

function latestOf(agents: readonly KnownAgent[]): KnownAgent {
  return agents.reduce((latest, agent) => (agent.names.at > latest.names.at ? agent : latest));
}
