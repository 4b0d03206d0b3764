import { createPlanningContext, type PlanningContext } from '../../src/planning/planning-context.ts';
import { directoryEntry } from './directory-fixtures.ts';
import { createFakeServices } from './gather-harness.ts';

const LISTED_AGENTS = Array.from({ length: 50 }, (_, i) =>
  directoryEntry(`agent-${i}`, { accounts: { v: `ref-${i}` } }),
);

/** A planning context of 50 configured agents of one account, whose discovery has not answered yet. */
export function setUpPlanning(): PlanningContext {
  const sources = {
    currentStatus: () => new Promise<never>(() => undefined),
    discover: () => new Promise<never>(() => undefined),
  };
  return createPlanningContext(
    createFakeServices(LISTED_AGENTS, [{ name: 'v', vendor: 'KORE', sources }]).createContext(),
  );
}
