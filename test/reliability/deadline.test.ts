import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Clock } from '../../src/domain/clock.ts';
import { steppedClock } from '../support/clock.ts';
import { lastHours, NOW, startWorld, type World } from '../support/world.ts';

/** Unlike the gateway's other timers, so that the test can recognize it: the clock stands still from the request's arrival on. */
const DEADLINE_MS = 123_456;

let world: World;
/** The deadlines of the requests in flight; the test ends them by calling them. */
const deadlines = new Set<() => void>();
beforeAll(async () => {
  const standing = steppedClock(NOW);
  const clock: Clock = {
    ...standing,
    setTimer: (ms, callback) => {
      if (ms !== DEADLINE_MS) return standing.setTimer(ms, callback);
      deadlines.add(callback);
      return () => void deadlines.delete(callback);
    },
  };
  world = await startWorld(clock);
});
afterAll(() => world.stop());

interface QueryResult {
  readonly agents: {
    readonly nodes: readonly {
      readonly key: string;
      readonly latestInteractions: { readonly complete: boolean } | null;
      readonly timeInStatus: unknown;
    }[];
  };
}

test('returns the data available at the deadline, and VENDOR_TIMEOUT for the rest', async () => {
  const gateway = await world.startGateway((raw) => ({
    ...raw,
    limits: { requestTimeoutMs: DEADLINE_MS },
    accounts: raw.accounts.map((account) =>
      /kore|lp/.test(account.name) ? { ...account, discover: false, timeoutMs: 600_000 } : account,
    ),
  }));
  world.vendors.kore.injectFault({ kind: 'hang' });
  const hasOkCall = async (account: string) =>
    (await (await fetch(`${gateway.url}/metrics`)).text())
      .split('\n')
      .filter((line) => line.includes(`vendor_requests_total{account="${account}",endpoint="latestInteractions"`))
      .join('')
      .includes('outcome="OK"');

  const pendingResult = gateway.query<QueryResult>(
    `query ($during: TimeRange!) { agents(first: 1, filter: {account: "kore-main"}) { nodes {
      key latestInteractions { complete } timeInStatus(during: $during, accounts: ["kore-main"]) { seconds } } } }`,
    { during: lastHours(1) },
  );
  while (world.vendors.kore.calls().length === 0 || !(await hasOkCall('vcc'))) await new Promise(setImmediate);
  expect(deadlines.size).toBe(1);
  for (const end of deadlines) end();

  const { status, data, errors } = await pendingResult;
  expect(status).toBe(200);
  expect(data.agents.nodes).toEqual([
    { key: expect.any(String), latestInteractions: { complete: true }, timeInStatus: null },
  ]);
  expect(errors?.map(({ path, extensions }) => [path?.at(-1), extensions])).toEqual([
    ['timeInStatus', expect.objectContaining({ code: 'VENDOR_TIMEOUT', vendor: 'KORE', account: 'kore-main' })],
  ]);
  expect(deadlines.size).toBe(0);
});
