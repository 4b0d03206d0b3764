import type { Instant } from '../../src/domain/clock.ts';
import type { PollSubject } from './baselines.ts';
import { burst, runReports, pollWallboards } from './workloads.ts';
import { queryInteractions, queryReport, queryStatuses } from './queries.ts';
import type { VendorKey, World } from './world.ts';

export interface Scenario {
  readonly name: string;
  readonly vendors: readonly VendorKey[];
  readonly subject: (gateways: number) => PollSubject;
  /** Asks all that the scenario asks; answers when. */
  readonly run: (world: World) => Promise<readonly Instant[]>;
}

const createWallboardScenario = (
  name: string,
  subject: 'status now' | 'interactions now',
  minutes: number,
  isStaggered: boolean,
): Scenario => ({
  name,
  vendors: [subject === 'status now' ? 'kore' : 'vonage'],
  subject: () => subject,
  run: (world) =>
    pollWallboards(world, subject === 'status now' ? queryStatuses : queryInteractions, { minutes, isStaggered }),
});

/** The same week twice, then a day more. */
const REPORT_DAYS = [7, 7, 8];
const reportScenario: Scenario = {
  name: '7 days, again, then 8',
  vendors: ['kore', 'liveperson'],
  subject: (gateways) => ({ days: REPORT_DAYS.flatMap((days) => Array<number>(gateways).fill(days)) }),
  run: (world) => runReports(world, REPORT_DAYS.map(queryReport)),
};

const BURST_SIZE = 50;

/** To one gateway. */
export const SINGLE: readonly Scenario[] = [
  createWallboardScenario('wallboard: statuses, 1 h', 'status now', 60, false),
  createWallboardScenario('wallboard: interactions, 1 h', 'interactions now', 60, false),
  reportScenario,
  {
    name: `${BURST_SIZE} at once: statuses`,
    vendors: ['kore'],
    subject: () => 'status now',
    run: (world) => burst(world, queryStatuses, BURST_SIZE),
  },
  {
    name: `${BURST_SIZE} at once: interactions`,
    vendors: ['vonage'],
    subject: () => 'interactions now',
    run: (world) => burst(world, queryInteractions, BURST_SIZE),
  },
];

/** To several. */
export const FLEET: readonly Scenario[] = [
  createWallboardScenario('statuses, 1 h, in turn', 'status now', 60, true),
  createWallboardScenario('statuses, 1 h, at the same moment', 'status now', 60, false),
  createWallboardScenario('interactions, 10 min, in turn', 'interactions now', 10, true),
  createWallboardScenario('interactions, 10 min, at the same moment', 'interactions now', 10, false),
  { ...reportScenario, name: '7 days, again, then 8, in turn' },
];
