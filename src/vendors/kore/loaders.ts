import DataLoader from 'dataloader';
import type { AccountCache, CachedValue, FetchedValue } from '../../cache/cache.ts';
import type { Ttl } from '../../config/cache.ts';
import type { Instant } from '../../domain/clock.ts';
import { type CallTarget, VendorError } from '../../domain/vendor-error.ts';
import type { CallContext } from '../../http/types.ts';
import type { DataSourceContext } from '../vendor.ts';
import { type Cell, type CellKey, cellNamespace } from './cells.ts';
import type { KoreClient } from './client.ts';
import { toCells, allReferences, type CellResult } from './agent-records.ts';
import { toDayBounds, toDays, type AgentDay, packRequests, sharedWindows } from './batching.ts';
import { isEmail } from './references.ts';

/** What an account keeps for life. */
export interface KoreDeps {
  readonly target: CallTarget;
  readonly client: KoreClient;
  readonly cache: AccountCache;
  readonly ttl: Ttl;
  readonly maxDaysPerCall: number;
}

type CellLoader = DataLoader<CellKey, CachedValue<Cell>, string>;

/**
 * Collects the cells that a query needs, whichever of its fields need them, and gets the missing ones in as few POSTs as
 * they fit in.
 */
export function createLoaders(deps: KoreDeps, request: DataSourceContext): CellLoader {
  return new DataLoader<CellKey, CachedValue<Cell>, string>(
    (keys) =>
      deps.cache.readMany(cellNamespace, keys, request, (missing, context) =>
        fetchCells(deps, missing, request.now, context),
      ),
    { cacheKeyFn: toCacheKey },
  );
}

async function fetchCells(
  deps: KoreDeps,
  missing: readonly CellKey[],
  now: Instant,
  context: CallContext,
): Promise<readonly (FetchedValue<Cell> | VendorError)[]> {
  const emails = missing.filter(({ agent }) => isEmail(agent));
  const userIds = missing.filter(({ agent }) => !isEmail(agent));
  const fetched = await Promise.all([
    ...fetchByEmail(deps, emails, now, context),
    ...fetchUnfiltered(deps, userIds, now, context),
  ]);

  const requestedKeys = new Set(missing.map(toCacheKey));
  const results = new Map<string, FetchedValue<Cell> | VendorError>();
  const { asked = [], unasked = [] } = Object.groupBy(fetched.flat(), (cell) =>
    requestedKeys.has(toCacheKey(cell)) ? 'asked' : 'unasked',
  );
  for (const found of asked) {
    const key = toCacheKey(found);
    const previous = results.get(key);
    // What one question failed to bring says nothing about a cell that another one brought.
    if (previous === undefined || completeness(found.cell) > completeness(previous)) results.set(key, found.cell);
  }
  await cacheCells(deps, unasked, now);
  return missing.map((key) => {
    const result = results.get(toCacheKey(key));
    if (result === undefined) throw new Error(`No question was asked for ${toCacheKey(key)}`);
    return result;
  });
}

function completeness(cell: FetchedValue<Cell> | VendorError): number {
  if (cell instanceof VendorError) return 0;
  return cell.value.gap === null ? 2 : 1;
}

function fetchByEmail(deps: KoreDeps, missing: readonly CellKey[], now: Instant, context: CallContext) {
  const spellingByAgent = new Map(missing.map(({ agent, ref }) => [agent, ref]));
  return packRequests(missing, deps.maxDaysPerCall).map(async ({ agents, ...window }) => {
    const agentsAsSpelled = agents.map((agent) => spellingByAgent.get(agent) ?? agent);
    const records = await deps.client.statusDetails({ agents: agentsAsSpelled, ...window }, context);
    return toCells(records, agents, toDays(window), { ...deps, now });
  });
}

/** The vendor filters by e-mail only: an agent of whom just the userId is known is found among all. */
function fetchUnfiltered(deps: KoreDeps, missing: readonly CellKey[], now: Instant, context: CallContext) {
  const userIds = missing.map(({ agent }) => agent);
  return sharedWindows(missing, deps.maxDaysPerCall).map(async (window) => {
    const bounds = toDayBounds(window);
    const records = await deps.client.statusDetails(bounds, context);
    const agents = [...new Set([...userIds, ...allReferences(records)])];
    return toCells(records, agents, toDays(bounds), { ...deps, now });
  });
}

/** Keeps the cells that answers brought along unasked, where they are sound. */
export async function cacheCells(deps: KoreDeps, found: readonly CellResult[], requestedAt: Instant): Promise<void> {
  const completeCells = found.flatMap(({ agent, day, cell }) =>
    cell instanceof VendorError || cell.value.gap !== null ? [] : [[{ agent, ref: agent, day }, cell] as const],
  );
  if (completeCells.length > 0) await deps.cache.primeMany(cellNamespace, completeCells, requestedAt);
}

function toCacheKey({ agent, day }: AgentDay): string {
  return `${day} ${agent}`;
}
