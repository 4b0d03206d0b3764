import type { FetchContext, OnFetched } from '../../cache/cache.ts';
import { toCallTarget } from '../../domain/call-target.ts';
import type { Instant } from '../../domain/clock.ts';
import type { StatusPeriod } from '../../domain/status-period.ts';
import { type CivilDate, DAY, startOfUtcDay, utcDay } from '../../domain/time.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import type { CallPriority } from '../../http/types.ts';
import type { MapStored } from '../kept-mapping.ts';
import { createQueryLoader, type QueryLoader } from '../query-loader.ts';
import { rangePriority } from '../range-priority.ts';
import type { AdapterDependencies, DataSourceContext, DataSourceDependencies } from '../vendor.ts';
import { type AgentRecords, allReferences, type CellResult, toCells } from './agent-records.ts';
import { type DayBounds, packRequests, sharedWindows, toDayBounds, toDays } from './batching.ts';
import { addCarriedPeriods } from './carried-periods.ts';
import { type CellOutcome, createCellCollector, mayReturn, type RequestedCells } from './cell-collector.ts';
import { type Cell, type CellKey, cellLifetime, cellNamespace } from './cells.ts';
import type { KoreClient } from './client.ts';
import type { KoreConfig } from './config.ts';
import type { StoredPeriod } from './map.ts';
import { pagesPerWindow } from './pagination.ts';
import { isEmail } from './references.ts';
import { STATUS_DETAILS_ENDPOINT } from './wire.ts';

export type KoreDeps = DataSourceDependencies<KoreConfig, KoreClient> &
  Pick<AdapterDependencies, 'onDropped'> & {
    readonly toPeriod: MapStored<StoredPeriod, StatusPeriod>;
    /** The periods of a cell, in the order of `byStart`. */
    readonly toPeriods: MapStored<Cell, readonly StatusPeriod[]>;
  };

export interface KoreLoaders {
  readonly cells: QueryLoader<CellKey, Cell>;
}

/** Collects the cells that a query needs, across all its fields, and fetches the missing ones in the fewest POSTs. */
export function createLoaders(deps: KoreDeps, request: DataSourceContext): KoreLoaders {
  return {
    cells: createQueryLoader({
      cache: deps.cache,
      namespace: cellNamespace,
      request,
      readBatch: (keys, context, ids) =>
        deps.cache.readMany(
          cellNamespace,
          keys,
          { ...context, priority: mostUrgent(keys, request.now) },
          (missing, fetchContext, onFetched) => fetchCells(deps, missing, request.now, fetchContext, onFetched),
          ids,
        ),
    }),
  };
}

/** One POST, or several if the response has more pages. */
interface CellRequest extends RequestedCells {
  /** The e-mails to ask for; null to ask for all agents. */
  readonly emails: readonly string[] | null;
  /** The most pages that are read. */
  readonly maxPages?: number | undefined;
}

/** Each POST takes its own turn, and its cells are passed on as soon as it has ended. */
async function fetchCells(
  deps: KoreDeps,
  missing: readonly CellKey[],
  now: Instant,
  context: FetchContext<CellKey>,
  onFetched: OnFetched<CellKey, Cell>,
): Promise<readonly CellOutcome[]> {
  const emailKeys = missing.filter(({ agent }) => isEmail(agent));
  const userIdKeys = missing.filter(({ agent }) => !isEmail(agent));
  const requests = await Promise.all([...planByEmail(deps, emailKeys, now), ...planUnfiltered(deps, userIdKeys, now)]);
  const collector = createCellCollector(missing, requests, onFetched);
  await Promise.all(
    requests.map(async (request) => {
      const keys = (request.emails ? emailKeys : userIdKeys).filter((key) => mayReturn(request, key));
      const results = await fetchRequest(deps, request, keys, now, context);
      const unrequested = collector.add(request, results);
      await cacheCells(deps, unrequested, now);
    }),
  );
  return collector.outcomes();
}

function planByEmail(deps: KoreDeps, keys: readonly CellKey[], now: Instant): readonly Promise<CellRequest>[] {
  const spellingByAgent = new Map<string, string>();
  for (const { agent, ref } of keys) if (ref !== agent) spellingByAgent.set(agent, ref);
  return packRequests(keys, deps.config.maxDaysPerCall).map(async ({ agents, ...packed }) => {
    const window = await includeYesterday(deps, agents, packed, now);
    const emails = agents.map((agent) => spellingByAgent.get(agent) ?? agent);
    return { ...window, agents: new Set(agents), emails };
  });
}

/** The vendor filters by e-mail only, so an agent that has only a userId is looked up among all agents. */
function planUnfiltered(deps: KoreDeps, keys: readonly CellKey[], now: Instant): readonly Promise<CellRequest>[] {
  const userIds = keys.map(({ agent }) => agent);
  const windows = sharedWindows(keys, deps.config.maxDaysPerCall);
  const maxPages = pagesPerWindow(windows.length, deps.config.maxPages);
  return windows.map(async (dayWindow) => {
    const window = await includeYesterday(deps, userIds, toDayBounds(dayWindow), now);
    return { ...window, agents: null, emails: null, maxPages };
  });
}

/** Fetches what a request returns of the agents that are asked for, or of all agents in its response. */
async function fetchRequest(
  deps: KoreDeps,
  { agents, emails, firstDay, lastDay, maxPages }: CellRequest,
  keys: readonly CellKey[],
  now: Instant,
  context: FetchContext<CellKey>,
): Promise<readonly CellResult[]> {
  const window = { firstDay, lastDay };
  const query = { ...(emails && { agents: emails }), ...window, maxPages };
  const records = await deps.client.statusDetails(query, {
    ...context.forKeys(keys),
    priority: dayPriority(lastDay, now),
  });
  const reported = agents ?? new Set([...keys.map(({ agent }) => agent), ...allReferences(records)]);
  return addCarriedPeriods(deps.cache, toCellsOfWindow(deps, records, reported, window, now), window, now);
}

/** A request of days that have ended yields to those that wallboards wait for. */
function dayPriority(day: CivilDate, now: Instant): CallPriority {
  return rangePriority(startOfUtcDay(day) + DAY, now);
}

/** The priority of a reader of these cells, which decides the turn of requests in flight that it joins. */
function mostUrgent(keys: readonly CellKey[], now: Instant): CallPriority {
  return keys.some(({ day }) => dayPriority(day, now) === 'live') ? 'live' : 'past';
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
  if (window.firstDay !== utcDay(now) || config.maxDaysPerCall < 2) return window;
  const yesterday = utcDay(now - DAY);
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
  agents: ReadonlySet<string>,
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
