import { type BenchProcess, LOAD_CORE, nodeCommand, startProcess } from './process.ts';
import { runLoad } from './wrk.ts';

export interface StubOptions {
  readonly day: string;
  readonly agents: number;
  readonly periods?: number;
  readonly delayMs?: readonly [min: number, max: number];
}

export interface StubStats {
  readonly calls: number;
  /** The median time that the calls with the longest delay took since the last report; null without a delay. */
  readonly slowestMs: number | null;
}

export function startStub({ day, agents, periods = 8, delayMs = [0, 0] }: StubOptions): Promise<BenchProcess> {
  return startProcess({
    name: 'vendor stub',
    command: nodeCommand('bench/stub/vendor-stub.ts'),
    env: {
      DAY: day,
      AGENTS: String(agents),
      PERIODS: String(periods),
      MIN_DELAY_MS: String(delayMs[0]),
      MAX_DELAY_MS: String(delayMs[1]),
    },
    core: LOAD_CORE,
  });
}

export async function readStats(stubUrl: string): Promise<StubStats> {
  const response = await fetch(`${stubUrl}/stats`);
  return (await response.json()) as StubStats;
}

/** What the stub can do by itself, on the core that it shares with the load generator. */
export async function measureStub(stub: BenchProcess, scriptFile: string): Promise<number> {
  const { requestsPerSecond } = await runLoad({
    url: `${stub.url}/v0/key/agents/t1000-00/latestInteractions`,
    headers: {},
    connections: 50,
    seconds: 1,
    scriptFile,
    core: LOAD_CORE,
  });
  return Math.round(requestsPerSecond);
}

/** A past day, so that its status periods are final. */
export function pastDay(): string {
  return new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);
}
