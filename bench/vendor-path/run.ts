import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import { interleave, median, roundTo2Decimals } from '../measure.ts';
import { CALLS, createLayers, type Layer } from './layers.ts';

// Processor time and allocation of one vendor call of a query with 50, by the layers between the socket and the text of the answer,
// in this process; the vendor is in another one. `NODE_ENV=production node --cpu-prof bench/vendor-path/run.ts graphql` records where
// the time of one of them goes.

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '7' },
    queries: { type: 'string', default: '100' },
    atOnce: { type: 'string', default: '4' },
  },
});
const queries = Number(values.queries);

async function runQueries(layer: Layer, count: number): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: Number(values.atOnce) }, async () => {
      while (left-- > 0) await layer();
    }),
  );
}

async function measure(layer: Layer) {
  const before = process.cpuUsage();
  const bytesBefore = allocatedBytes();
  await runQueries(layer, queries);
  const { user, system } = process.cpuUsage(before);
  const calls = queries * CALLS;
  return { cpuUs: (user + system) / calls, bytes: (allocatedBytes() - bytesBefore) / calls };
}

function layerOf(name: string): Layer {
  const layer = layers[name];
  if (!layer) throw new Error(`no layer ${name}`);
  return layer;
}

function allocatedBytes(): number {
  return (getHeapStatistics() as { total_allocated_bytes?: number }).total_allocated_bytes ?? NaN;
}

const stub = fork(fileURLToPath(new URL('../vendor-call/stub.ts', import.meta.url)), { execArgv: [] });
const [vendorUrl] = (await once(stub, 'message')) as [string];
const layers = await createLayers(vendorUrl);
const names = Object.keys(layers).filter((name) => positionals.length === 0 || positionals.includes(name));
for (const name of names) await runQueries(layerOf(name), queries * 2);
const figures = await interleave(names, Number(values.rounds), (name) => measure(layerOf(name)));
console.table(
  Object.fromEntries(
    [...figures].map(([name, rounds]) => [
      name,
      {
        'CPU µs a call': roundTo2Decimals(median(rounds.map(({ cpuUs }) => cpuUs))),
        'kB a call': roundTo2Decimals(median(rounds.map(({ bytes }) => bytes)) / 1000),
      },
    ]),
  ),
);
process.exit();
