import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Workload } from './workloads.ts';

export interface Load {
  readonly requestsPerSecond: number;
  readonly requests: number;
  readonly p99Ms: number;
  /** Answers with a status other than 200, and connections that failed. */
  readonly failures: number;
}

export interface LoadOptions {
  readonly url: string;
  readonly workload: Workload;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  /** Where the script is written. */
  readonly scriptFile: string;
  /** The core that the load generator runs on. */
  readonly core: number;
}

/** Runs wrk (https://github.com/wg/wrk); its script draws from the workload's variables. */
export async function runLoad(options: LoadOptions): Promise<Load> {
  const { url, connections, seconds, scriptFile, core } = options;
  writeFileSync(scriptFile, toScript(options));
  const { stdout } = await promisify(execFile)('taskset', [
    '-c',
    String(core),
    'wrk',
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--timeout',
    '30s',
    '-s',
    scriptFile,
    url,
  ]);
  return parseOutput(stdout);
}

function toScript({ workload: { query, variables }, headers }: LoadOptions): string {
  const bodies = variables.map((each) => `[==[${JSON.stringify({ query, variables: each })}]==]`);
  const headerLines = Object.entries({ 'content-type': 'application/json', ...headers }).map(
    ([name, value]) => `wrk.headers["${name}"] = "${value}"`,
  );
  return `
wrk.method = "POST"
${headerLines.join('\n')}
local bodies = { ${bodies.join(', ')} }
request = function() return wrk.format(nil, nil, nil, bodies[math.random(#bodies)]) end
done = function(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format("RESULT %d %d %d %d", summary.requests, summary.duration, latency:percentile(99), failed))
end
`;
}

/** Times are in microseconds. */
export function parseOutput(output: string): Load {
  const [, requests, durationUs, p99Us, failures] = (/^RESULT (\d+) (\d+) (\d+) (\d+)$/m.exec(output) ?? []).map(
    Number,
  );
  if (requests === undefined || durationUs === undefined || p99Us === undefined || failures === undefined)
    throw new Error(`wrk printed no result: ${output}`);
  return { requestsPerSecond: requests / (durationUs / 1e6), requests, p99Ms: p99Us / 1000, failures };
}
