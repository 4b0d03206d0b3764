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
  /** Adds the results of a request that has ended. Returns those of other cells. */
  readonly add: (request: RequestedCells, results: readonly CellResult[]) => readonly CellResult[];
  /** Returns the outcome of every cell, in order. */
  readonly outcomes: () => readonly CellOutcome[];
}

interface CollectedCell<Key> {
  readonly key: Key;
  outcome: CellOutcome | undefined;
  isReported: boolean;
}

/** Reports each cell once: as soon as it is complete, or no request that is still running can return more of it. */
export function createCellCollector<Key extends AgentDay>(
  keys: readonly Key[],
  requests: readonly RequestedCells[],
  onFetched: (key: Key, outcome: CellOutcome) => void,
): CellCollector {
  const cells = keys.map((key): CollectedCell<Key> => ({ key, outcome: undefined, isReported: false }));
  const cellByName = new Map<string, CollectedCell<Key>>();
  for (const cell of cells) cellByName.set(toCellName(cell.key), cell);
  const running = new Set(requests);

  function isFinal(key: Key, outcome: CellOutcome): boolean {
    return completeness(outcome) === COMPLETE || !running.values().some((request) => mayReturn(request, key));
  }

  return {
    add(request, results) {
      running.delete(request);
      const others: CellResult[] = [];
      for (const result of results) {
        const cell = cellByName.get(toCellName(result));
        if (!cell) others.push(result);
        else if (cell.outcome === undefined || completeness(result.cell) > completeness(cell.outcome))
          cell.outcome = result.cell;
      }
      for (const cell of cells) {
        if (cell.isReported || cell.outcome === undefined || !isFinal(cell.key, cell.outcome)) continue;
        cell.isReported = true;
        onFetched(cell.key, cell.outcome);
      }
      return others;
    },
    outcomes: () =>
      cells.map(({ key, outcome }) => {
        if (outcome === undefined) throw new Error(`No request was sent for ${toCellName(key)}`);
        return outcome;
      }),
  };
}

function toCellName({ agent, day }: AgentDay): string {
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
