import type { DirectoryEntry } from '../../src/config/settings.ts';
import { createPlanningContext, type PlanningContext } from '../../src/planning/planning-context.ts';
import { directoryEntry } from './directory-fixtures.ts';
import { createFakeServices } from './gather-harness.ts';

const LISTED_AGENTS = Array.from({ length: 50 }, (_, i) =>
  directoryEntry(`agent-${i}`, { accounts: { v: `ref-${i}` } }),
);

/** A planning context of 50 configured agents of one account, or of others, whose discovery has not answered yet. */
export function setUpPlanning(entries: readonly DirectoryEntry[] = LISTED_AGENTS): PlanningContext {
  const sources = {
    currentStatus: () => new Promise<never>(() => undefined),
    discover: () => new Promise<never>(() => undefined),
  };
  return createPlanningContext(createFakeServices(entries, [{ name: 'v', vendor: 'KORE', sources }]).createContext());
}
