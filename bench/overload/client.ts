import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { toBody } from '../throughput/answers.ts';
import { newWorkloads } from '../throughput/workloads.ts';
import { type Exchange, summarize } from './exchanges.ts';
import type { ClientJob } from './run-clients.ts';

/*
 * Closed-loop clients in a process of their own: each has one connection and sends its next request when the last one is answered. wrk
 * cannot tell the latency of answers from that of refusals, and does not wait after one.
 */

const DEFAULT_RETRY_SECONDS = 1;
/** Enough for the client's own code to be compiled: its delays would count as those of the server. */
const WARM_UP_REQUESTS = 200;

async function run(job: ClientJob) {
  const workload = newWorkloads({ day: job.day }).find(({ name }) => name === job.workload);
  if (!workload) throw new Error(`no workload ${job.workload}`);
  const exchanges: Exchange[] = [];
  let number = job.firstNumber;
  const probe = new Worker(new URL('probe.ts', import.meta.url), {
    workerData: { origin: new URL(job.url).origin, seconds: job.seconds },
  });
  await Promise.all([warmUp(job), once(probe, 'message')]);
  const probed = once(probe, 'message');
  const deadline = performance.now() + job.seconds * 1000;
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (performance.now() < deadline) {
      number += 1;
      const exchange = await send(job, agent, toBody(workload, number));
      exchanges.push({ ...exchange, isLate: performance.now() >= deadline });
      if (exchange.outcome === 'refused' && job.waitsAfterRefusal)
        await sleep(
          // A refusal may arrive after the deadline.
          Math.max(
            0,
            Math.min((exchange.retryAfterSeconds ?? DEFAULT_RETRY_SECONDS) * 1000, deadline - performance.now()),
          ),
        );
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: job.connections }, client));
  const [health] = (await probed) as [Readonly<Record<string, number>>];
  return { ...summarize(exchanges, job.seconds), health };
}

async function warmUp(job: ClientJob): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let i = 0; i < WARM_UP_REQUESTS; i += 1) await send(job, agent, '{"query":"{ __typename }"}');
  agent.destroy();
}

async function send({ url, headers }: ClientJob, agent: Agent, body: string): Promise<Omit<Exchange, 'isLate'>> {
  const startedAt = performance.now();
  const outgoing = request(url, {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
  });
  outgoing.end(body);
  try {
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const isComplete = await readAll(response);
    const [status, retryAfter] = [response.statusCode ?? 0, response.headers['retry-after']];
    const isRefusal = status === 503 || status === 429;
    return {
      outcome: isRefusal ? 'refused' : status === 200 && isComplete ? 'answered' : 'failed',
      ms: performance.now() - startedAt,
      retryAfterSeconds: retryAfter === undefined ? null : Number(retryAfter),
    };
  } catch {
    return { outcome: 'failed', ms: performance.now() - startedAt, retryAfterSeconds: null };
  }
}

/** Whether the body begins with data and not with errors. */
async function readAll(response: IncomingMessage): Promise<boolean> {
  let start = '';
  response.once('data', (chunk: Buffer) => {
    start = chunk.subarray(0, 20).toString();
  });
  // Without an iterator, which costs the client more than an answer costs the server.
  response.resume();
  await once(response, 'end');
  return start.startsWith('{"data":{');
}

process.on('message', (job: ClientJob) => {
  void run(job).then((result) => process.send?.(result));
});
process.once('disconnect', () => {
  process.exit();
});
