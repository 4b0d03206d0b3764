import type { Instant } from '../../src/domain/clock.ts';
import type { PollSubject } from './baselines.ts';
import { queryInteractions, queryReport, queryStatuses } from './queries.ts';
import { burst, pollWallboards, runReports } from './workloads.ts';
import type { VendorKey, World } from './world.ts';

export interface Scenario {
  readonly name: string;
  readonly vendors: readonly VendorKey[];
  readonly subject: (gateways: number) => PollSubject;
  /** Runs the scenario; resolves to the times of its polls. */
  readonly run: (world: World) => Promise<readonly Instant[]>;
}

function createWallboardScenario(
  name: string,
  subject: 'status now' | 'interactions now',
  minutes: number,
  isStaggered: boolean,
): Scenario {
  return {
    name,
    vendors: [subject === 'status now' ? 'kore' : 'vonage'],
    subject: () => subject,
    run: (world) =>
      pollWallboards(world, subject === 'status now' ? queryStatuses : queryInteractions, { minutes, isStaggered }),
  };
}

/** The same week twice, then one day more. */
const REPORT_DAYS = [7, 7, 8];
const reportScenario: Scenario = {
  name: 'report: 7 days, repeated, then 8',
  vendors: ['kore', 'liveperson'],
  subject: (gateways) => ({ days: REPORT_DAYS.flatMap((days) => Array<number>(gateways).fill(days)) }),
  run: (world) => runReports(world, REPORT_DAYS.map(queryReport)),
};

const BURST_SIZE = 50;

/** Scenarios for one gateway. */
export const SINGLE: readonly Scenario[] = [
  createWallboardScenario('wallboard: statuses, 1 h', 'status now', 60, false),
  createWallboardScenario('wallboard: interactions, 1 h', 'interactions now', 60, false),
  reportScenario,
  {
    name: `burst of ${BURST_SIZE}: statuses`,
    vendors: ['kore'],
    subject: () => 'status now',
    run: (world) => burst(world, queryStatuses, BURST_SIZE),
  },
  {
    name: `burst of ${BURST_SIZE}: interactions`,
    vendors: ['vonage'],
    subject: () => 'interactions now',
    run: (world) => burst(world, queryInteractions, BURST_SIZE),
  },
];

/** Scenarios for several gateways. */
export const FLEET: readonly Scenario[] = [
  createWallboardScenario('statuses, 1 h, staggered', 'status now', 60, true),
  createWallboardScenario('statuses, 1 h, simultaneous', 'status now', 60, false),
  createWallboardScenario('interactions, 10 min, staggered', 'interactions now', 10, true),
  createWallboardScenario('interactions, 10 min, simultaneous', 'interactions now', 10, false),
  { ...reportScenario, name: 'report: 7 days, repeated, then 8, staggered' },
];
