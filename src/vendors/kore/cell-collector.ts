import type { FetchedValue } from '../../cache/cache.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import type { CellResult } from './agent-records.ts';
import type { AgentDay, DayBounds } from './batching.ts';
import type { Cell } from './cells.ts';

export type CellOutcome = FetchedValue<Cell> | VendorError;

/** The cells that a request may return. */
export interface RequestedCells extends DayBounds {
  /** Null for all agents. */
  readonly agents: ReadonlySet<string> | null;
}

/** Collects the results of several requests for some cells. A failed request does not affect a cell that another returned. */
export interface CellCollector {
  /** Adds the results of a request that has ended. */
  readonly add: (request: RequestedCells, results: readonly CellResult[]) => void;
  /** Returns the outcome of every cell, in order. */
  readonly outcomes: () => readonly CellOutcome[];
}

/** Reports each cell once: as soon as it is complete, or no request that is still running can return more of it. */
export function createCellCollector<Key extends AgentDay>(
  keys: readonly Key[],
  requests: readonly RequestedCells[],
  onFetched: (key: Key, outcome: CellOutcome) => void,
): CellCollector {
  const unreported = new Map(keys.map((key) => [toCellName(key), key]));
  const running = new Set(requests);
  const outcomes = new Map<string, CellOutcome>();

  function isFinal(key: Key, outcome: CellOutcome): boolean {
    return completeness(outcome) === COMPLETE || !running.values().some((request) => mayReturn(request, key));
  }

  return {
    add(request, results) {
      running.delete(request);
      for (const result of results) {
        const name = toCellName(result);
        const previous = outcomes.get(name);
        if (previous === undefined || completeness(result.cell) > completeness(previous))
          outcomes.set(name, result.cell);
      }
      for (const [name, key] of unreported) {
        const outcome = outcomes.get(name);
        if (outcome === undefined || !isFinal(key, outcome)) continue;
        unreported.delete(name);
        onFetched(key, outcome);
      }
    },
    outcomes: () =>
      keys.map((key) => {
        const outcome = outcomes.get(toCellName(key));
        if (outcome === undefined) throw new Error(`No request was sent for ${toCellName(key)}`);
        return outcome;
      }),
  };
}

export function toCellName({ agent, day }: AgentDay): string {
  return `${day} ${agent}`;
}

const COMPLETE = 2;

function completeness(cell: CellOutcome): number {
  if (cell instanceof VendorError) return 0;
  return cell.value.gap === null ? COMPLETE : 1;
}

export function mayReturn({ agents, firstDay, lastDay }: RequestedCells, { agent, day }: AgentDay): boolean {
  return day >= firstDay && day <= lastDay && (agents === null || agents.has(agent));
}
