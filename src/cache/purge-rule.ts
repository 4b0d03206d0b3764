import type { Instant } from '../domain/clock.ts';
import type { TimeRange } from '../domain/time.ts';

/** What a cached value holds data of. */
export interface DataExtent {
  /** The agent's reference in canonical form; null: of several agents, or of all. */
  readonly agent: string | null;
  /** Null: of any time. */
  readonly during: TimeRange | null;
}

/**
 * Returns what the entry of these key parts holds; null: nothing of a certain agent or time, such as a list of agents. Only a purge
 * of the whole account drops such an entry.
 */
export type ExtentOf = (endpoint: string, keyParts: readonly unknown[]) => DataExtent | null;

/** Which entries a purge drops: those of an account that hold data of certain agents and times. Plain JSON. */
export interface PurgeRule {
  /** What the ids of the account's entries begin with. */
  readonly idPrefix: string;
  /** The references of one agent, in canonical form; null: every agent. */
  readonly agents: readonly string[] | null;
  /** Null: from the beginning. */
  readonly from: Instant | null;
  /** Null: without end. */
  readonly to: Instant | null;
}

export type MatchesEntry = (id: string) => boolean;

/** How many parts of an id stand before those of its key: vendor, account, fingerprint, endpoint, version. */
const PARTS_BEFORE_KEY = 5;
const ENDPOINT_INDEX = 3;

/** Returns what the ids of an account's entries begin with: its identity, as the start of a JSON list. */
export function toIdPrefix(vendor: string, account: string, fingerprint: string): string {
  return `${JSON.stringify([vendor, account, fingerprint]).slice(0, -1)},`;
}

/** Returns the endpoint of an entry's id. */
export function endpointOf(id: string): string {
  return String(parseId(id)[ENDPOINT_INDEX]);
}

/** Creates the function that finds the entries of a rule. Without `extentOf` every entry of the account is one. */
export function createEntryMatcher(rule: PurgeRule, extentOf: ExtentOf | undefined): MatchesEntry {
  const agents = rule.agents && new Set(rule.agents);
  const from = rule.from ?? -Infinity;
  const to = rule.to ?? Infinity;
  const isWholeAccount = agents === null && from === -Infinity && to === Infinity;
  return (id) => {
    if (!id.startsWith(rule.idPrefix)) return false;
    if (isWholeAccount || !extentOf) return true;
    const parts = parseId(id);
    const extent = extentOf(String(parts[ENDPOINT_INDEX]), parts.slice(PARTS_BEFORE_KEY));
    if (extent === null) return false;
    const { agent, during } = extent;
    if (agents !== null && agent !== null && !agents.has(agent)) return false;
    return during === null || (during.from < to && during.to > from);
  };
}

function parseId(id: string): readonly unknown[] {
  return JSON.parse(id) as readonly unknown[];
}
