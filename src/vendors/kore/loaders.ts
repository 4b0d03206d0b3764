import DataLoader from 'dataloader';
import type { CachedValue, FetchedValue } from '../../cache/cache.ts';
import type { Instant } from '../../domain/clock.ts';
import { DAY, utcDay } from '../../domain/time.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import type { CallContext } from '../../http/types.ts';
import { toCallTarget } from '../call-target.ts';
import type { AdapterDependencies, DataSourceContext, DataSourceDependencies } from '../vendor.ts';
import { type AgentRecords, allReferences, type CellResult, toCells } from './agent-records.ts';
import { type AgentDay, type DayBounds, packRequests, sharedWindows, toDayBounds, toDays } from './batching.ts';
import { type Cell, type CellKey, cellLifetime, cellNamespace } from './cells.ts';
import type { KoreClient } from './client.ts';
import type { KoreConfig } from './config.ts';
import { isEmail } from './references.ts';
import { STATUS_DETAILS_ENDPOINT } from './wire.ts';

export type KoreDeps = DataSourceDependencies<KoreConfig, KoreClient> & Pick<AdapterDependencies, 'onDropped'>;

export interface KoreLoaders {
  readonly cells: DataLoader<CellKey, CachedValue<Cell>, string>;
}

/** Collects the cells that a query needs, across all its fields, and fetches the missing ones in the fewest POSTs. */
export function createLoaders(deps: KoreDeps, request: DataSourceContext): KoreLoaders {
  return {
    cells: new DataLoader<CellKey, CachedValue<Cell>, string>(
      (keys) =>
        deps.cache.readMany(cellNamespace, keys, request, (missing, context) =>
          fetchCells(deps, missing, request.now, context),
        ),
      { cacheKeyFn: toCacheKey },
    ),
  };
}

type CellOutcome = FetchedValue<Cell> | VendorError;

async function fetchCells(
  deps: KoreDeps,
  missing: readonly CellKey[],
  now: Instant,
  context: CallContext,
): Promise<readonly CellOutcome[]> {
  const emails = missing.filter(({ agent }) => isEmail(agent));
  const userIds = missing.filter(({ agent }) => !isEmail(agent));
  const fetched = await Promise.all([
    ...fetchByEmail(deps, emails, now, context),
    ...fetchUnfiltered(deps, userIds, now, context),
  ]);

  const requestedKeys = new Set(missing.map(toCacheKey));
  const { requested = [], unrequested = [] } = Object.groupBy(fetched.flat(), (result) =>
    requestedKeys.has(toCacheKey(result)) ? 'requested' : 'unrequested',
  );
  await cacheCells(deps, unrequested, now);
  const outcomes = mostCompleteByKey(requested);
  return missing.map((key) => {
    const outcome = outcomes.get(toCacheKey(key));
    if (outcome === undefined) throw new Error(`No request was sent for ${toCacheKey(key)}`);
    return outcome;
  });
}

/** A failed request does not affect a cell that another request returned. */
function mostCompleteByKey(results: readonly CellResult[]): ReadonlyMap<string, CellOutcome> {
  const outcomes = new Map<string, CellOutcome>();
  for (const result of results) {
    const key = toCacheKey(result);
    const previous = outcomes.get(key);
    if (previous === undefined || completeness(result.cell) > completeness(previous)) outcomes.set(key, result.cell);
  }
  return outcomes;
}

function completeness(cell: CellOutcome): number {
  if (cell instanceof VendorError) return 0;
  return cell.value.gap === null ? 2 : 1;
}

function fetchByEmail(deps: KoreDeps, missing: readonly CellKey[], now: Instant, context: CallContext) {
  const spellingByAgent = new Map(missing.map(({ agent, ref }) => [agent, ref]));
  return packRequests(missing, deps.config.maxDaysPerCall).map(async ({ agents, ...packed }) => {
    const window = await includeYesterday(deps, agents, packed, now);
    const agentsAsSpelled = agents.map((agent) => spellingByAgent.get(agent) ?? agent);
    const query = { agents: agentsAsSpelled, ...window };
    const records = await deps.client.statusDetails(query, withPriority(context, window, now));
    return toCellsOfWindow(deps, records, agents, window, now);
  });
}

/** The vendor filters by e-mail only, so an agent that has only a userId is looked up among all agents. */
function fetchUnfiltered(deps: KoreDeps, missing: readonly CellKey[], now: Instant, context: CallContext) {
  const userIds = missing.map(({ agent }) => agent);
  return sharedWindows(missing, deps.config.maxDaysPerCall).map(async (dayWindow) => {
    const window = await includeYesterday(deps, userIds, toDayBounds(dayWindow), now);
    const records = await deps.client.statusDetails(window, withPriority(context, window, now));
    const agents = [...new Set([...userIds, ...allReferences(records)])];
    return toCellsOfWindow(deps, records, agents, window, now);
  });
}

/** A request of days that have ended yields to those that wallboards wait for. */
function withPriority(context: CallContext, { lastDay }: DayBounds, now: Instant): CallContext {
  return { ...context, priority: lastDay < utcDay(now) ? 'past' : 'live' };
}

/**
 * Extends a request of today alone by yesterday, unless all is known of yesterday. No document says whether the vendor lists a
 * period that began yesterday under today, too. Without it, every agent whose status began before midnight UTC would have none.
 */
async function includeYesterday(
  { cache, config, ttl }: KoreDeps,
  agents: readonly string[],
  window: DayBounds,
  now: Instant,
): Promise<DayBounds> {
  const today = utcDay(now);
  const yesterday = utcDay(now - DAY);
  if (window.firstDay !== today || config.maxDaysPerCall < 2) return window;
  const cells = await cache.peek(
    cellNamespace,
    agents.map((agent) => ({ agent, ref: agent, day: yesterday })),
  );
  const isKnown = cells.every((cell) => cell?.value && cellLifetime(cell.value, yesterday, now, ttl).isFinal);
  return isKnown ? window : { ...window, firstDay: yesterday };
}

function toCellsOfWindow(
  { account, ttl, onDropped }: KoreDeps,
  records: AgentRecords,
  agents: readonly string[],
  window: DayBounds,
  now: Instant,
): readonly CellResult[] {
  const target = toCallTarget(account, STATUS_DETAILS_ENDPOINT);
  return toCells(records, agents, toDays(window), { target, ttl, now, onDropped });
}

/** Caches the complete cells of a response that were not requested. */
export async function cacheCells(deps: KoreDeps, results: readonly CellResult[], requestedAt: Instant): Promise<void> {
  const completeCells = results.flatMap(({ agent, day, cell }) =>
    cell instanceof VendorError || cell.value.gap !== null ? [] : [[{ agent, ref: agent, day }, cell] as const],
  );
  if (completeCells.length > 0) await deps.cache.primeMany(cellNamespace, completeCells, requestedAt);
}

function toCacheKey({ agent, day }: AgentDay): string {
  return `${day} ${agent}`;
}
