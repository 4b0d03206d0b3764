import type { Instant } from '../../src/domain/clock.ts';
import type { Subject } from './bounds.ts';
import { crowd, reports, wallboards } from './play.ts';
import { interactions, reportOf, statuses } from './questions.ts';
import type { VendorKey, World } from './world.ts';

export interface Scenario {
  readonly name: string;
  readonly vendors: readonly VendorKey[];
  readonly subject: (gateways: number) => Subject;
  /** Asks all that the scenario asks; answers when. */
  readonly play: (world: World) => Promise<readonly Instant[]>;
}

const wallboard = (
  name: string,
  subject: 'status now' | 'interactions now',
  minutes: number,
  inTurn: boolean,
): Scenario => ({
  name,
  vendors: [subject === 'status now' ? 'kore' : 'vonage'],
  subject: () => subject,
  play: (world) => wallboards(world, subject === 'status now' ? statuses : interactions, { minutes, inTurn }),
});

/** The same week twice, then a day more. */
const WEEKS = [7, 7, 8];
const report: Scenario = {
  name: '7 days, again, then 8',
  vendors: ['kore', 'liveperson'],
  subject: (gateways) => ({ days: WEEKS.flatMap((days) => Array<number>(gateways).fill(days)) }),
  play: (world) => reports(world, WEEKS.map(reportOf)),
};

const CROWD = 50;

/** To one gateway. */
export const ALONE: readonly Scenario[] = [
  wallboard('wallboard: statuses, 1 h', 'status now', 60, false),
  wallboard('wallboard: interactions, 1 h', 'interactions now', 60, false),
  report,
  {
    name: `${CROWD} at once: statuses`,
    vendors: ['kore'],
    subject: () => 'status now',
    play: (world) => crowd(world, statuses, CROWD),
  },
  {
    name: `${CROWD} at once: interactions`,
    vendors: ['vonage'],
    subject: () => 'interactions now',
    play: (world) => crowd(world, interactions, CROWD),
  },
];

/** To several. */
export const TOGETHER: readonly Scenario[] = [
  wallboard('statuses, 1 h, in turn', 'status now', 60, true),
  wallboard('statuses, 1 h, at the same moment', 'status now', 60, false),
  wallboard('interactions, 10 min, in turn', 'interactions now', 10, true),
  wallboard('interactions, 10 min, at the same moment', 'interactions now', 10, false),
  { ...report, name: '7 days, again, then 8, in turn' },
];
