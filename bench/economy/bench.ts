import { type Redis, startRedis } from '../../test/support/redis.ts';
import type { Options } from '../options.ts';
import type { Report, Row, Verdict } from '../report.ts';
import { rounded } from '../rounds.ts';
import { fewest, naive } from './bounds.ts';
import { ALONE, type Scenario, TOGETHER } from './scenarios.ts';
import { AGENTS, type Calls, type VendorKey, type WorldOptions, startWorld } from './world.ts';

const FLEET = 3;

interface Bill extends Row {
  readonly scenario: string;
  readonly vendor: VendorKey;
  readonly asked: number;
  readonly naive: number;
  readonly minimum: number;
  readonly calls: number;
}

/** With the calls that one gateway needs that is asked all of it. */
type FleetBill = Bill & { readonly 'by one': number };

/** How many vendor calls answer the questions of a day at work: counted at the vendors, the same in every run. */
export async function economy({ progress }: Options): Promise<Report> {
  const alone = await billsOf(ALONE, { gateways: 1 }, progress);
  const redis = await startRedis().catch(() => null);
  const together = redis ? await fleetBills(redis, progress).finally(() => redis.kill()) : [];
  return {
    title: `Economy: vendor calls for ${AGENTS} agents, in simulated time, every answer checked`,
    tables: [
      { title: 'One gateway', rows: alone.map(withRatios) },
      ...(redis ? [{ title: `${FLEET} gateways with one Redis`, rows: together.map(withRatios) }] : []),
    ],
    verdicts: verdictsOn(alone, together),
    notes: [
      'Wallboards ask every 5 seconds. “naive”: one call for each agent and question, as without cache and batches.',
      '“minimum”: by times to live and sizes of batches alone, were all questions asked of one gateway that wastes nothing.',
      ...(redis ? [] : ['redis-server is not installed: the fleet is left out.']),
    ],
  };
}

async function fleetBills(redis: Redis, progress: Options['progress']): Promise<readonly FleetBill[]> {
  const bills: FleetBill[] = [];
  for (const scenario of TOGETHER) {
    await redis.command('FLUSHALL');
    const together = await billsOf([scenario], { gateways: FLEET, cacheUrl: redis.url }, progress);
    const alone = await billsOf([scenario], { gateways: 1, voices: FLEET }, progress);
    bills.push(...together.map((bill, nth) => ({ ...bill, 'by one': alone[nth]?.calls ?? NaN })));
  }
  return bills;
}

async function billsOf(
  scenarios: readonly Scenario[],
  options: Omit<WorldOptions, 'vendors'>,
  progress: Options['progress'],
): Promise<readonly Bill[]> {
  const bills: Bill[] = [];
  for (const scenario of scenarios) {
    progress(scenario.name);
    const world = await startWorld({ ...options, vendors: scenario.vendors });
    try {
      const looks = await scenario.play(world);
      const subject = scenario.subject(world.gateways.length);
      const [calls, most, least] = [world.calls(), naive(world, subject, looks), fewest(world, subject, looks)];
      const of = (counts: Calls, vendor: VendorKey) => counts[vendor] ?? NaN;
      for (const vendor of scenario.vendors) {
        const figures = { naive: of(most, vendor), minimum: of(least, vendor), calls: of(calls, vendor) };
        bills.push({ scenario: scenario.name, vendor, asked: looks.length, ...figures });
      }
    } finally {
      await world.stop();
    }
  }
  return bills;
}

function withRatios(bill: Bill): Row {
  return {
    ...bill,
    'over minimum': `${rounded((bill.calls / bill.minimum - 1) * 100)} %`,
    'naive ÷ calls': rounded(bill.naive / bill.calls),
  };
}

function verdictsOn(alone: readonly Bill[], together: readonly FleetBill[]): readonly Verdict[] {
  return [
    verdict('one gateway: within 5 % of the minimum', alone, 0.05, ({ minimum }) => minimum),
    ...(together.length > 0
      ? [verdict(`${FLEET} gateways: no more calls than one`, together, 0, (bill) => bill['by one'])]
      : []),
  ];
}

function verdict<B extends Bill>(
  target: string,
  bills: readonly B[],
  allowed: number,
  boundOf: (bill: B) => number,
): Verdict {
  const over = (bill: B) => bill.calls / boundOf(bill) - 1;
  const worst = bills.toSorted((a, b) => over(b) - over(a))[0];
  const missed = bills.filter((bill) => over(bill) > allowed).length;
  const which = worst
    ? `${rounded(over(worst) * 100)} % over it at worst (${worst.scenario}, ${worst.vendor})`
    : 'not measured';
  return { target, measured: `${which}; ${missed} of ${bills.length} beyond`, met: missed === 0 };
}
