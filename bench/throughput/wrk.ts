import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { toLua } from './template.ts';
import type { Workload } from './workloads.ts';

export interface Load {
  /** Answered with status 200. */
  readonly requestsPerSecond: number;
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers with a status other than 200, and connections that failed. */
  readonly failures: number;
}

export interface LoadOptions {
  readonly url: string;
  /** Absent: GET. */
  readonly workload?: Workload;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  /** Where the script is written. */
  readonly scriptFile: string;
  /** The core that the load generator runs on. */
  readonly core: number | string;
}

/** Numbers of requests are never used again, so that no text or variable that must be new is repeated. */
let nextNumber = 1_000_000;

/** Returns the first of some numbers that nothing else uses. */
export function takeNumber(count = 1): number {
  const first = nextNumber;
  nextNumber += count;
  return first;
}

/** Runs wrk (https://github.com/wg/wrk); its script fills the workload's placeholders. */
export async function runLoad(options: LoadOptions): Promise<Load> {
  const { url, connections, seconds, scriptFile, core } = options;
  writeFileSync(scriptFile, toScript(options, nextNumber));
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '-s', scriptFile, url];
  const { stdout } = await promisify(execFile)('taskset', ['-c', String(core), 'wrk', ...args]);
  const load = parseOutput(stdout);
  nextNumber += load.requests + load.failures + 2 * connections;
  return load;
}

function toScript({ workload, headers }: LoadOptions, firstNumber: number): string {
  return `${workload === undefined ? '' : toRequests(workload, headers, firstNumber)}
done = function(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format("RESULT %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed))
end
`;
}

function toRequests(workload: Workload, headers: LoadOptions['headers'], firstNumber: number): string {
  const { query, variables, teams } = workload;
  const body = JSON.stringify({ query, variables });
  const headerLines = Object.entries({ 'content-type': 'application/json', ...headers }).map(
    ([name, value]) => `wrk.headers["${name}"] = "${value}"`,
  );
  return `wrk.method = "POST"
${headerLines.join('\n')}
${toLua(body, teams)}
local body = [==[${body}]==]
local number = ${firstNumber - 1}
request = function()
  number = number + 1
  return wrk.format(nil, nil, nil, (fill(body, number)))
end`;
}

/** Times are in microseconds. */
export function parseOutput(output: string): Load {
  const figures = (/^RESULT (\d+) (\d+) (\d+) (\d+) (\d+)$/m.exec(output) ?? []).slice(1).map(Number);
  const [sent, durationUs, p50Us, p99Us, failures] = figures;
  if (
    sent === undefined ||
    durationUs === undefined ||
    p50Us === undefined ||
    p99Us === undefined ||
    failures === undefined
  )
    throw new Error(`wrk printed no result: ${output}`);
  const requests = Math.max(0, sent - failures);
  return {
    requestsPerSecond: requests / (durationUs / 1e6),
    requests,
    p50Ms: p50Us / 1000,
    p99Ms: p99Us / 1000,
    failures,
  };
}
