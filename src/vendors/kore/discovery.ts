import { z } from 'zod';
import type { CacheNamespace } from '../../cache/cache.ts';
import type { DiscoveredAgent } from '../../domain/agent.ts';
import { toCallTarget } from '../../domain/call-target.ts';
import { type SourcedResult, sourceReport } from '../../domain/source.ts';
import { type CivilDate, HOUR, utcDay } from '../../domain/time.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import { type DataGap, dataGapSchema, toDataGap, toVendorError } from '../data-gap.ts';
import { discoveredAgentSchema } from '../discovered-agent.ts';
import type { DataSourceContext } from '../vendor.ts';
import { allReferences, type CellResult, toCells } from './agent-records.ts';
import { toDays } from './batching.ts';
import { addCarriedPeriods } from './carried-periods.ts';
import { cacheCells, type KoreDeps } from './loaders.ts';
import { toDiscoveredAgent } from './map.ts';
import { canonicalizeReference } from './references.ts';
import { type AgentRecord, STATUS_DETAILS_ENDPOINT } from './wire.ts';

interface CachedDirectory {
  readonly agents: readonly DiscoveredAgent[];
  /** Why agents may be missing; null when the list is complete. */
  readonly gap: DataGap | null;
}

const cachedDirectorySchema: z.ZodType<CachedDirectory> = z.object({
  agents: z.array(discoveredAgentSchema),
  gap: dataGapSchema.nullable(),
});

export const directoryNamespace: CacheNamespace<null, CachedDirectory> = {
  endpoint: STATUS_DETAILS_ENDPOINT,
  version: 2,
  keyParts: () => ['directory'],
  isValid: (value): value is CachedDirectory => cachedDirectorySchema.safeParse(value).success,
};

/** Discovers all agents, once per query however often it is called. */
export function createDiscovery(
  deps: KoreDeps,
  request: DataSourceContext,
): () => Promise<SourcedResult<readonly DiscoveredAgent[]>> {
  let pending: Promise<SourcedResult<readonly DiscoveredAgent[]>> | undefined;
  return () => (pending ??= discoverAgents(deps, request));
}

/**
 * All agents that the vendor lists in an unfiltered request: of the current UTC day, or of the days that the last
 * `discoverHours` touch. The cells of the same response are cached, too.
 */
async function discoverAgents(
  deps: KoreDeps,
  request: DataSourceContext,
): Promise<SourcedResult<readonly DiscoveredAgent[]>> {
  const { account, cache, client, ttl, config, onDropped } = deps;
  const target = toCallTarget(account, STATUS_DETAILS_ENDPOINT);
  const window = {
    firstDay: utcDay(request.now - (config.discoverHours ?? 0) * HOUR),
    lastDay: utcDay(request.now),
  };

  const cached = await cache.read(directoryNamespace, null, request, async (context) => {
    const records = await client.statusDetails({ ...window, maxPages: config.maxPages }, context);
    const { agents, error } = records;
    if (error && agents.length === 0) throw error;
    const listed = toCells(records, allReferences(records), toDays(window), {
      target,
      ttl,
      now: request.now,
      onDropped,
    });
    const cells = await addCarriedPeriods(cache, listed, window, request.now);
    await cacheCells(
      deps,
      cells.filter((result) => isConclusive(result, window.lastDay)),
      request.now,
    );
    const value = { agents: toDiscoveredAgents(agents), gap: error && toDataGap(error) };
    // A list cut short by a retryable failure is cached only briefly, but long enough that not every query retries.
    return { value, ttlSeconds: error?.retryable ? Math.min(ttl.statusLive, ttl.directory) : ttl.directory };
  });

  const { agents, gap } = cached.value;
  return { data: agents, sources: [sourceReport(target, [cached], { error: gap && toVendorError(gap, target) })] };
}

/**
 * Whether a cell of a discovery may be cached. One of today without an ongoing period may lack a period that began yesterday,
 * which the request did not cover.
 */
function isConclusive({ cell, day }: CellResult, today: CivilDate): boolean {
  return cell instanceof VendorError || day !== today || cell.value.periods.some(([, , isOngoing]) => isOngoing);
}

/** Each agent once. An agent that left and came back has two userIds and one e-mail address; it keeps both references. */
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
