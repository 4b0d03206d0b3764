import DataLoader from 'dataloader';
import type { AccountCache, Cached, Fresh } from '../../cache/cache.ts';
import type { Ttl } from '../../config/cache.ts';
import type { Instant } from '../../domain/clock.ts';
import { type CallTarget, VendorError } from '../../domain/vendor-error.ts';
import type { CallScope } from '../../http/call.ts';
import type { QueryScope } from '../vendor.ts';
import { type Cell, type CellKey, cellSpace } from './cells.ts';
import type { Client } from './client.ts';
import { cellsOf, everybodyIn, type Found } from './harvest.ts';
import { boundsOf, daysOf, type Place, plan, windowsOf } from './plan.ts';
import { isEmail } from './references.ts';

/** What an account keeps for life. */
export interface KoreAccount {
  readonly target: CallTarget;
  readonly client: Client;
  readonly cache: AccountCache;
  readonly ttl: Ttl;
  readonly maxDaysPerCall: number;
}

type CellLoader = DataLoader<CellKey, Cached<Cell>, string>;

/**
 * Collects the cells that a query needs, whichever of its fields need them, and gets the missing ones in as few POSTs as
 * they fit in.
 */
export function createCellLoader(kore: KoreAccount, query: QueryScope): CellLoader {
  return new DataLoader<CellKey, Cached<Cell>, string>(
    (keys) =>
      kore.cache.readMany(cellSpace, keys, query, (missing, scope) => fetchCells(kore, missing, query.now, scope)),
    { cacheKeyFn: nameOf },
  );
}

async function fetchCells(
  kore: KoreAccount,
  missing: readonly CellKey[],
  now: Instant,
  scope: CallScope,
): Promise<readonly (Fresh<Cell> | VendorError)[]> {
  const emails = missing.filter(({ agent }) => isEmail(agent));
  const userIds = missing.filter(({ agent }) => !isEmail(agent));
  const harvests = await Promise.all([
    ...fetchByEmail(kore, emails, now, scope),
    ...fetchUnfiltered(kore, userIds, now, scope),
  ]);

  const wanted = new Set(missing.map(nameOf));
  const answers = new Map<string, Fresh<Cell> | VendorError>();
  const { asked = [], unasked = [] } = Object.groupBy(harvests.flat(), (found) =>
    wanted.has(nameOf(found)) ? 'asked' : 'unasked',
  );
  for (const found of asked) {
    const name = nameOf(found);
    const other = answers.get(name);
    // What one question failed to bring says nothing about a cell that another one brought.
    if (other === undefined || wholeness(found.cell) > wholeness(other)) answers.set(name, found.cell);
  }
  await keep(kore, unasked, now);
  return missing.map((key) => {
    const answer = answers.get(nameOf(key));
    if (answer === undefined) throw new Error(`No question was asked for ${nameOf(key)}`);
    return answer;
  });
}

function wholeness(cell: Fresh<Cell> | VendorError): number {
  if (cell instanceof VendorError) return 0;
  return cell.value.flaw === null ? 2 : 1;
}

function fetchByEmail(kore: KoreAccount, missing: readonly CellKey[], now: Instant, scope: CallScope) {
  const spelling = new Map(missing.map(({ agent, ref }) => [agent, ref]));
  return plan(missing, kore.maxDaysPerCall).map(async ({ agents, ...window }) => {
    const asSpelled = agents.map((agent) => spelling.get(agent) ?? agent);
    const harvest = await kore.client.statusDetails({ agents: asSpelled, ...window }, scope);
    return cellsOf(harvest, agents, daysOf(window), { ...kore, now });
  });
}

/** The vendor filters by e-mail only: an agent of whom just the userId is known is found among all. */
function fetchUnfiltered(kore: KoreAccount, missing: readonly CellKey[], now: Instant, scope: CallScope) {
  const userIds = missing.map(({ agent }) => agent);
  return windowsOf(missing, kore.maxDaysPerCall).map(async (window) => {
    const bounds = boundsOf(window);
    const harvest = await kore.client.statusDetails(bounds, scope);
    const agents = [...new Set([...userIds, ...everybodyIn(harvest)])];
    return cellsOf(harvest, agents, daysOf(bounds), { ...kore, now });
  });
}

/** Keeps the cells that answers brought along unasked, where they are sound. */
export async function keep(kore: KoreAccount, found: readonly Found[], askedAt: Instant): Promise<void> {
  const sound = found.flatMap(({ agent, day, cell }) =>
    cell instanceof VendorError || cell.value.flaw !== null ? [] : [[{ agent, ref: agent, day }, cell] as const],
  );
  if (sound.length > 0) await kore.cache.putMany(cellSpace, sound, askedAt);
}

function nameOf({ agent, day }: Place): string {
  return `${day} ${agent}`;
}
