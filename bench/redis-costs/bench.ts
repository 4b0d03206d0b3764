import type { Instant } from '../../src/domain/clock.ts';
import { type RedisServer, startRedisServer } from '../../test/support/redis-server.ts';
import { roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row } from '../report.ts';
import { queryInteractions, queryReport, queryStatuses } from '../vendor-calls/queries.ts';
import { pollWallboards, runReports } from '../vendor-calls/workloads.ts';
import { AGENTS, startWorld, type VendorKey, type World } from '../vendor-calls/world.ts';
import { readRedisInfo, type RedisInfo } from './redis-info.ts';

const GATEWAYS = 3;
const POLLED_MINUTES = 10;

interface RedisScenario {
  readonly name: string;
  readonly vendors: readonly VendorKey[];
  readonly run: (world: World) => Promise<readonly Instant[]>;
}

const wallboards = { minutes: POLLED_MINUTES, isStaggered: true };
const SCENARIOS: readonly RedisScenario[] = [
  {
    name: 'wallboard: statuses',
    vendors: ['kore'],
    run: (world) => pollWallboards(world, queryStatuses, wallboards),
  },
  {
    name: 'wallboard: interactions',
    vendors: ['vonage'],
    run: (world) => pollWallboards(world, queryInteractions, wallboards),
  },
  {
    name: 'report: a week of periods',
    vendors: ['kore', 'liveperson'],
    run: (world) => runReports(world, [queryReport(7)]),
  },
];

/** Counts what a fleet stores in its Redis and exchanges with it, per agent; the same on every machine but for timers. */
export async function redisCosts({ progress }: BenchOptions): Promise<Report> {
  const redis = await startRedisServer().catch(() => null);
  const rows: Row[] = [];
  if (redis) {
    try {
      for (const scenario of SCENARIOS) {
        progress(scenario.name);
        rows.push(await measureScenario(redis, scenario));
      }
    } finally {
      await redis.kill();
    }
  }
  return {
    title: `What ${GATEWAYS} gateways store in Redis and exchange with it, ${AGENTS} agents`,
    tables: redis ? [{ title: 'Per agent of the account', rows }] : [],
    verdicts: [],
    notes: redis
      ? [
          `Wallboards poll every 5 seconds for ${POLLED_MINUTES} simulated minutes, in turns. A query covers all agents.`,
          '“stored”: memory of keys and values at the end of the scenario, by INFO; what expired is not in it.',
        ]
      : ['redis-server is not installed: nothing was measured.'],
  };
}

async function measureScenario(redis: RedisServer, { name, vendors, run }: RedisScenario): Promise<Row> {
  await redis.command('FLUSHALL');
  const empty = await readRedisInfo(redis);
  const world = await startWorld({ vendors, gateways: GATEWAYS, cacheUrl: redis.url });
  try {
    const before = await readRedisInfo(redis);
    const queries = (await run(world)).length;
    const after = await readRedisInfo(redis);
    const perQuery = (of: keyof RedisInfo) => (after[of] - before[of]) / queries;
    return {
      scenario: name,
      queries,
      'commands per query': roundTo2Decimals(perQuery('commands')),
      'B written per agent and query': Math.round(perQuery('bytesReceived') / AGENTS),
      'B read per agent and query': Math.round(perQuery('bytesSent') / AGENTS),
      'B stored per agent': Math.round((after.datasetBytes - empty.datasetBytes) / AGENTS),
    };
  } finally {
    await world.stop();
  }
}
