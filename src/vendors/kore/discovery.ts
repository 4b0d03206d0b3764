import { z } from 'zod';
import type { Space } from '../../cache/cache.ts';
import type { DiscoveredAgent } from '../../domain/agent.ts';
import { type Answer, reportOf } from '../../domain/source.ts';
import { HOUR, utcDay } from '../../domain/time.ts';
import type { QueryScope } from '../vendor.ts';
import { errorOf, type Flaw, flaw, flawOf } from './flaw.ts';
import { cellsOf, everybodyIn } from './harvest.ts';
import { keep, type KoreAccount } from './loaders.ts';
import { discoveredAgentOf } from './map.ts';
import { daysOf } from './plan.ts';
import { keyOfReference } from './references.ts';
import { type AgentRecord, ENDPOINT } from './wire.ts';

interface Directory {
  readonly agents: readonly DiscoveredAgent[];
  /** Why there may be more agents; null when these are all. */
  readonly flaw: Flaw | null;
}

const directory: z.ZodType<Directory> = z.object({
  agents: z.array(
    z.object({
      ref: z.string(),
      aliases: z.array(z.string()),
      name: z.string().nullable(),
      email: z.string().nullable(),
    }),
  ),
  flaw: flaw.nullable(),
});

export const directorySpace: Space<null, Directory> = {
  endpoint: ENDPOINT,
  version: 1,
  canonical: () => ['directory'],
  isValue: (value): value is Directory => directory.safeParse(value).success,
};

/** Finds everybody, once for each query however often it is asked to. */
export function openDiscovery(
  kore: KoreAccount,
  hours: number | undefined,
  query: QueryScope,
): () => Promise<Answer<readonly DiscoveredAgent[]>> {
  let found: Promise<Answer<readonly DiscoveredAgent[]>> | undefined;
  return () => (found ??= discover(kore, hours, query));
}

/**
 * Everybody whom the vendor names when it is asked for nobody in particular: in the current UTC day, or in the days that the
 * last `hours` touch. The cells that come with it are kept as well.
 */
async function discover(
  kore: KoreAccount,
  hours: number | undefined,
  query: QueryScope,
): Promise<Answer<readonly DiscoveredAgent[]>> {
  const window = { firstDay: utcDay(query.now - (hours ?? 0) * HOUR), lastDay: utcDay(query.now) };

  const found = await kore.cache.read(directorySpace, null, query, async (scope) => {
    const harvest = await kore.client.statusDetails(window, scope);
    const { agents, shortfall } = harvest;
    if (shortfall && agents.length === 0) throw shortfall;
    const cells = cellsOf(harvest, everybodyIn(harvest), daysOf(window), { ...kore, now: query.now });
    await keep(kore, cells, query.now);
    const value = { agents: discoveredAgentsOf(agents), flaw: shortfall && flawOf(shortfall) };
    // A list cut short by a passing failure is kept just so long that asking for the rest does not become a habit.
    return {
      value,
      ttlSeconds: shortfall?.retryable ? Math.min(kore.ttl.statusLive, kore.ttl.directory) : kore.ttl.directory,
    };
  });

  const { agents, flaw } = found.value;
  return { data: agents, sources: [reportOf(kore.target, [found], { error: flaw && errorOf(flaw, kore.target) })] };
}

/** The agents whom the cache knows already; null when the vendor would have to be asked. */
export async function recall({ cache }: KoreAccount): Promise<readonly DiscoveredAgent[] | null> {
  const [kept] = await cache.peek(directorySpace, [null]);
  return kept?.value?.agents ?? null;
}

/** Each agent once. One that left and came back has two userIds and one e-mail address: the references of both are kept. */
function discoveredAgentsOf(records: readonly AgentRecord[]): readonly DiscoveredAgent[] {
  const agents = new Map<string, { readonly first: DiscoveredAgent; readonly aliases: Set<string> }>();
  for (const agent of records.map(discoveredAgentOf)) {
    if (agent === null) continue;
    const key = keyOfReference(agent.ref);
    const known = agents.get(key) ?? { first: agent, aliases: new Set<string>() };
    for (const alias of agent.aliases) known.aliases.add(alias);
    agents.set(key, known);
  }
  return [...agents.values()].map(({ first, aliases }) => ({ ...first, aliases: [...aliases] }));
}
