import { deepStrictEqual } from 'node:assert';
import { answers, isWorkload } from './answers.ts';
import { candidates, CONCURRENCY } from './candidates.ts';

/*
 * Measures one candidate in a process of its own. By hand, for a profile:
 * `node --cpu-prof bench/vendor-call/worker.ts http://127.0.0.1:PORT small 'gateway, a free slot' 50000`
 */

export interface Figures {
  readonly cpuUs: number;
  readonly wallUs: number;
}

const [vendorUrl = '', workload = '', name = '', calls = '0'] = process.argv.slice(2);
/** Enough for the JIT to have compiled everything, and for all connections to be open. */
const WARM_UP_RATIO = 1 / 3;

async function run(call: () => Promise<unknown>, count: number): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (left-- > 0) await call();
    }),
  );
}

if (!isWorkload(workload)) throw new Error(`unknown workload: ${workload}`);
const call = candidates[workload][name]?.(vendorUrl, workload);
if (!call) throw new Error(`unknown candidate: ${name}`);
const answer = await call();
if (name.includes('client')) deepStrictEqual((answer as { readonly error: unknown }).error, null);
else deepStrictEqual(answer, JSON.parse(answers[workload]));

const count = Number(calls);
await run(call, Math.ceil(count * WARM_UP_RATIO));
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
await run(call, count);
const { user, system } = process.cpuUsage(cpuBefore);
const figures: Figures = { cpuUs: (user + system) / count, wallUs: ((performance.now() - startedAt) * 1000) / count };
if (process.send) process.send(figures, () => process.exit());
else process.exit();
