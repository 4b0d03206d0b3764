import { type RedisServer, startRedisServer } from '../../test/support/redis-server.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row, Verdict } from '../report.ts';
import { roundTo2Decimals } from '../measure.ts';
import { lowerBound, naiveCalls } from './baselines.ts';
import { SINGLE, type Scenario, FLEET } from './scenarios.ts';
import { AGENTS, type Calls, type VendorKey, type WorldOptions, startWorld } from './world.ts';

const FLEET_SIZE = 3;

interface Result extends Row {
  readonly scenario: string;
  readonly vendor: VendorKey;
  readonly asked: number;
  readonly naive: number;
  readonly minimum: number;
  readonly calls: number;
}

/** With the calls that one gateway needs that is asked all of it. */
type FleetResult = Result & { readonly 'by one': number };

/** How many vendor calls answer the questions of a day at work: counted at the vendors, the same in every run. */
export async function vendorCalls({ progress }: BenchOptions): Promise<Report> {
  const single = await runScenarios(SINGLE, { gateways: 1 }, progress);
  const redis = await startRedisServer().catch(() => null);
  const fleet = redis ? await runFleetScenarios(redis, progress).finally(() => redis.kill()) : [];
  return {
    title: `Economy: vendor calls for ${AGENTS} agents, in simulated time, every answer checked`,
    tables: [
      { title: 'One gateway', rows: single.map(toRow) },
      ...(redis ? [{ title: `${FLEET_SIZE} gateways with one Redis`, rows: fleet.map(toRow) }] : []),
    ],
    verdicts: toVerdicts(single, fleet),
    notes: [
      'Wallboards ask every 5 seconds. “naive”: one call for each agent and question, as without cache and batches.',
      '“minimum”: by times to live and sizes of batches alone, were all questions asked of one gateway that wastes nothing.',
      ...(redis ? [] : ['redis-server is not installed: the fleet is left out.']),
    ],
  };
}

async function runFleetScenarios(
  redis: RedisServer,
  progress: BenchOptions['progress'],
): Promise<readonly FleetResult[]> {
  const results: FleetResult[] = [];
  for (const scenario of FLEET) {
    await redis.command('FLUSHALL');
    const fleet = await runScenarios([scenario], { gateways: FLEET_SIZE, cacheUrl: redis.url }, progress);
    const single = await runScenarios([scenario], { gateways: 1, clients: FLEET_SIZE }, progress);
    results.push(...fleet.map((result, nth) => ({ ...result, 'by one': single[nth]?.calls ?? NaN })));
  }
  return results;
}

async function runScenarios(
  scenarios: readonly Scenario[],
  options: Omit<WorldOptions, 'vendors'>,
  progress: BenchOptions['progress'],
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const scenario of scenarios) {
    progress(scenario.name);
    const world = await startWorld({ ...options, vendors: scenario.vendors });
    try {
      const polls = await scenario.run(world);
      const subject = scenario.subject(world.gateways.length);
      const [calls, naiveCounts, minimumCounts] = [
        world.calls(),
        naiveCalls(world, subject, polls),
        lowerBound(world, subject, polls),
      ];
      const of = (counts: Calls, vendor: VendorKey) => counts[vendor] ?? NaN;
      for (const vendor of scenario.vendors) {
        const figures = {
          naive: of(naiveCounts, vendor),
          minimum: of(minimumCounts, vendor),
          calls: of(calls, vendor),
        };
        results.push({ scenario: scenario.name, vendor, asked: polls.length, ...figures });
      }
    } finally {
      await world.stop();
    }
  }
  return results;
}

function toRow(result: Result): Row {
  return {
    ...result,
    'over minimum': `${roundTo2Decimals((result.calls / result.minimum - 1) * 100)} %`,
    'naive ÷ calls': roundTo2Decimals(result.naive / result.calls),
  };
}

function toVerdicts(single: readonly Result[], fleet: readonly FleetResult[]): readonly Verdict[] {
  return [
    toVerdict('one gateway: within 5 % of the minimum', single, 0.05, ({ minimum }) => minimum),
    ...(fleet.length > 0
      ? [toVerdict(`${FLEET_SIZE} gateways: no more calls than one`, fleet, 0, (result) => result['by one'])]
      : []),
  ];
}

function toVerdict<B extends Result>(
  target: string,
  results: readonly B[],
  maxExcess: number,
  boundOf: (result: B) => number,
): Verdict {
  const excess = (result: B) => result.calls / boundOf(result) - 1;
  const worst = results.toSorted((a, b) => excess(b) - excess(a))[0];
  const missed = results.filter((result) => excess(result) > maxExcess).length;
  const summary = worst
    ? `${roundTo2Decimals(excess(worst) * 100)} % over it at worst (${worst.scenario}, ${worst.vendor})`
    : 'not measured';
  return { target, measured: `${summary}; ${missed} of ${results.length} beyond`, met: missed === 0 };
}
