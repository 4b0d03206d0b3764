import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitUntil } from './cache-harness.ts';
import { findFreePort } from './free-port.ts';
import { PROMETHEUS, requireProgram } from './programs.ts';

/** A time series in a result: its samples are those of the result's time or range. */
export interface ResultSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly samples: readonly number[];
}

/** A running Prometheus. */
export interface PrometheusServer {
  /** Returns `data` of an endpoint below /api/v1/; throws with Prometheus's message where the request fails. */
  readonly get: <Data>(path: string, parameters?: Readonly<Record<string, string>>) => Promise<Data>;
  /** Evaluates an expression now. */
  readonly query: (expression: string) => Promise<readonly ResultSeries[]>;
  /** Evaluates an expression for each second of the last minute, as a graph does. */
  readonly queryRange: (expression: string) => Promise<readonly ResultSeries[]>;
  readonly stop: () => Promise<void>;
}

interface ApiResult {
  readonly resultType: string;
  readonly result: readonly {
    readonly metric: ResultSeries['metric'];
    readonly value?: readonly [number, string];
    readonly values?: readonly (readonly [number, string])[];
  }[];
}

function toSeries({ result }: ApiResult): readonly ResultSeries[] {
  return result.map(({ metric, value, values = value ? [value] : [] }) => ({
    metric,
    samples: values.map(([, text]) => Number(text)),
  }));
}

/** Starts Prometheus with the configuration `prometheus.yml` of a folder, where it also keeps its data. */
export async function startPrometheus(folder: string): Promise<PrometheusServer> {
  const port = await findFreePort();
  const child = spawn(
    requireProgram(PROMETHEUS),
    ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  const exited = once(child, 'exit');
  await waitUntil(async () => {
    if (child.exitCode !== null) throw new Error(`prometheus ended: ${output}`);
    const response = await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => null);
    return response?.ok ?? false;
  });

  async function get<Data>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<Data> {
    const response = await fetch(
      `http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`,
    );
    const body = (await response.json()) as { readonly status: string; readonly data: Data; readonly error?: string };
    if (body.status !== 'success') throw new Error(`${path} ${JSON.stringify(parameters)}: ${body.error}`);
    return body.data;
  }

  return {
    get,
    query: async (query) => toSeries(await get('query', { query })),
    queryRange: async (query) => {
      const end = Date.now() / 1000;
      return toSeries(await get('query_range', { query, start: String(end - 60), end: String(end), step: '1' }));
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
