import { type RedisServer, startRedisServer } from '../../test/support/redis-server.ts';
import { roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row, Verdict } from '../report.ts';
import { lowerBound, naiveCalls } from './baselines.ts';
import { FLEET, type Scenario, SINGLE } from './scenarios.ts';
import { AGENTS, type Calls, startWorld, type VendorKey, type WorldOptions } from './world.ts';

const FLEET_SIZE = 3;

interface Result extends Row {
  readonly scenario: string;
  readonly vendor: VendorKey;
  readonly polls: number;
  readonly naive: number;
  readonly 'lower bound': number;
  readonly calls: number;
}

/** Includes the calls of one gateway that gets all polls. */
type FleetResult = Result & { readonly 'one gateway': number };

/** Counts the vendor calls of typical workloads at the fake vendors; the counts are the same in every run. */
export async function vendorCalls({ progress }: BenchOptions): Promise<Report> {
  const single = await runScenarios(SINGLE, { gateways: 1 }, progress);
  const redis = await startRedisServer().catch(() => null);
  const fleet = redis ? await runFleetScenarios(redis, progress).finally(() => redis.kill()) : [];
  return {
    title: `Vendor calls for ${AGENTS} agents, in simulated time, every response verified`,
    tables: [
      { title: 'One gateway', rows: single.map(toRow) },
      ...(redis ? [{ title: `${FLEET_SIZE} gateways with one Redis`, rows: fleet.map(toRow) }] : []),
    ],
    verdicts: toVerdicts(single, fleet),
    notes: [
      'Wallboards poll every 5 seconds. “naive”: one call per agent and poll, without cache and batching.',
      '“lower bound”: computed from TTLs and batch sizes alone, for one gateway that gets all polls.',
      ...(redis ? [] : ['redis-server is not installed: the fleet is skipped.']),
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
    results.push(...fleet.map((result, nth) => ({ ...result, 'one gateway': single[nth]?.calls ?? NaN })));
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
      const [calls, naiveCounts, lowerBoundCounts] = [
        world.calls(),
        naiveCalls(world, subject, polls),
        lowerBound(world, subject, polls),
      ];
      const of = (counts: Calls, vendor: VendorKey) => counts[vendor] ?? NaN;
      for (const vendor of scenario.vendors) {
        const figures = {
          naive: of(naiveCounts, vendor),
          'lower bound': of(lowerBoundCounts, vendor),
          calls: of(calls, vendor),
        };
        results.push({ scenario: scenario.name, vendor, polls: polls.length, ...figures });
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
    'over lower bound': `${roundTo2Decimals((result.calls / result['lower bound'] - 1) * 100)} %`,
    'naive ÷ calls': roundTo2Decimals(result.naive / result.calls),
  };
}

function toVerdicts(single: readonly Result[], fleet: readonly FleetResult[]): readonly Verdict[] {
  return [
    toVerdict('one gateway: within 5 % of the lower bound', single, 0.05, (result) => result['lower bound']),
    ...(fleet.length > 0
      ? [toVerdict(`${FLEET_SIZE} gateways: no more calls than one`, fleet, 0, (result) => result['one gateway'])]
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
    ? `${roundTo2Decimals(excess(worst) * 100)} % above at worst (${worst.scenario}, ${worst.vendor})`
    : 'not measured';
  return { target, measured: `${summary}; ${missed} of ${results.length} missed`, met: missed === 0 };
}
