import type { PurgeRule } from './purge-rule.ts';

/** How many of the processes that share a store have heard of a purge. */
export interface FleetReport {
  readonly processes: number;
  readonly heard: number;
  /** Whether all have, and the store knows of the purge, so that a process that is away does not read what was purged. */
  readonly complete: boolean;
}

/** When the purge of another process was asked for: while this one runs, or before. */
export type PurgeOrigin = 'running' | 'earlier';

export type OnPurge = (rule: PurgeRule, origin: PurgeOrigin) => void;

/** Brings purges to every process that shares the store. */
export interface FleetPurges {
  /**
   * Adds rules, and resolves to how many processes have heard of them. `drop` is called once, when the shared store returns no entry of them
   * any more: this process drops its own then. Never rejects for a store that fails.
   */
  readonly publish: (rules: readonly PurgeRule[], drop: () => void) => Promise<FleetReport>;
  /** Sets what is called with the rules of other processes. */
  readonly onPurge: (listener: OnPurge) => void;
  readonly close: () => Promise<void>;
}

/**
 * Of a process that shares no store with others; there may be others all the same. `settle` resolves to whether what outlasts the process
 * has nothing left of what was dropped.
 */
export function createLocalPurges(settle: () => Promise<boolean> = () => Promise.resolve(true)): FleetPurges {
  return {
    async publish(_rules, drop) {
      drop();
      return { processes: 1, heard: 1, complete: await settle() };
    },
    onPurge: () => undefined,
    close: () => Promise.resolve(),
  };
}
