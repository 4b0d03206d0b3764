import { z } from 'zod';
import type { CacheNamespace } from '../../cache/cache.ts';
import type { DiscoveredAgent } from '../../domain/agent.ts';
import { type SourcedResult, sourceReport } from '../../domain/source.ts';
import { HOUR, utcDay } from '../../domain/time.ts';
import type { DataSourceContext } from '../vendor.ts';
import { type DataGap, dataGapSchema, toDataGap, toVendorError } from '../data-gap.ts';
import { toCells, allReferences } from './agent-records.ts';
import { cacheCells, type KoreDeps } from './loaders.ts';
import { toDiscoveredAgent } from './map.ts';
import { toDays } from './batching.ts';
import { canonicalizeReference } from './references.ts';
import { type AgentRecord, STATUS_DETAILS_ENDPOINT } from './wire.ts';

interface CachedDirectory {
  readonly agents: readonly DiscoveredAgent[];
  /** Why there may be more agents; null when these are all. */
  readonly gap: DataGap | null;
}

const cachedDirectorySchema: z.ZodType<CachedDirectory> = z.object({
  agents: z.array(
    z.object({
      ref: z.string(),
      aliases: z.array(z.string()),
      name: z.string().nullable(),
      email: z.string().nullable(),
    }),
  ),
  gap: dataGapSchema.nullable(),
});

export const directoryNamespace: CacheNamespace<null, CachedDirectory> = {
  endpoint: STATUS_DETAILS_ENDPOINT,
  version: 2,
  keyParts: () => ['directory'],
  isValid: (value): value is CachedDirectory => cachedDirectorySchema.safeParse(value).success,
};

/** Finds everybody, once for each query however often it is asked to. */
export function createDiscovery(
  deps: KoreDeps,
  lookBackHours: number | undefined,
  request: DataSourceContext,
): () => Promise<SourcedResult<readonly DiscoveredAgent[]>> {
  let pending: Promise<SourcedResult<readonly DiscoveredAgent[]>> | undefined;
  return () => (pending ??= discoverAgents(deps, lookBackHours, request));
}

/**
 * Everybody whom the vendor names when it is asked for nobody in particular: in the current UTC day, or in the days that the
 * last `hours` touch. The cells that come with it are kept as well.
 */
async function discoverAgents(
  deps: KoreDeps,
  lookBackHours: number | undefined,
  request: DataSourceContext,
): Promise<SourcedResult<readonly DiscoveredAgent[]>> {
  const window = { firstDay: utcDay(request.now - (lookBackHours ?? 0) * HOUR), lastDay: utcDay(request.now) };

  const cached = await deps.cache.read(directoryNamespace, null, request, async (context) => {
    const records = await deps.client.statusDetails(window, context);
    const { agents, error } = records;
    if (error && agents.length === 0) throw error;
    const cells = toCells(records, allReferences(records), toDays(window), { ...deps, now: request.now });
    await cacheCells(deps, cells, request.now);
    const value = { agents: toDiscoveredAgents(agents), gap: error && toDataGap(error) };
    // A list cut short by a passing failure is kept just so long that asking for the rest does not become a habit.
    return {
      value,
      ttlSeconds: error?.retryable ? Math.min(deps.ttl.statusLive, deps.ttl.directory) : deps.ttl.directory,
    };
  });

  const { agents, gap } = cached.value;
  return {
    data: agents,
    sources: [sourceReport(deps.target, [cached], { error: gap && toVendorError(gap, deps.target) })],
  };
}

/** The agents whom the cache knows already; null when the vendor would have to be asked. */
export async function cachedAgents({ cache }: KoreDeps): Promise<readonly DiscoveredAgent[] | null> {
  const [cached] = await cache.peek(directoryNamespace, [null]);
  return cached?.value?.agents ?? null;
}

/** Each agent once. One that left and came back has two userIds and one e-mail address: the references of both are kept. */
function toDiscoveredAgents(records: readonly AgentRecord[]): readonly DiscoveredAgent[] {
  const agents = new Map<string, { readonly first: DiscoveredAgent; readonly aliases: Set<string> }>();
  for (const agent of records.map(toDiscoveredAgent)) {
    if (agent === null) continue;
    const key = canonicalizeReference(agent.ref);
    const known = agents.get(key) ?? { first: agent, aliases: new Set<string>() };
    for (const alias of agent.aliases) known.aliases.add(alias);
    agents.set(key, known);
  }
  return [...agents.values()].map(({ first, aliases }) => ({ ...first, aliases: [...aliases] }));
}
