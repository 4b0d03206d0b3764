import { isLoopback } from './loopback.ts';
import type { Config } from './schema.ts';
import { digestSettings } from './settings-digest.ts';

/** The keys that are read when the process starts: another value takes effect with the next start. */
const START_KEYS = [
  ['server', 'host'],
  ['server', 'port'],
  ['server', 'workers'],
  ['server', 'listenWhenReady'],
  ['cache', 'url'],
  ['cache', 'path'],
  ['cache', 'maxDiskBytes'],
  ['cache', 'maxBytes'],
] as const;

export interface KeptStartSettings {
  /** The next configuration, with the values of the running one where a key needs a restart. */
  readonly config: Config;
  /** These keys, where their values differ, such as `server.port`. */
  readonly needsRestart: readonly string[];
}

/** Keeps what a running process cannot change. Throws where the rest is not safe together with what is kept. */
export function keepStartSettings(running: Config, next: Config): KeptStartSettings {
  const changed = START_KEYS.filter(
    ([section, key]) => digestSettings(valueAt(running, section, key)) !== digestSettings(valueAt(next, section, key)),
  );
  const isTracingChanged = digestSettings(running.traces) !== digestSettings(next.traces);
  const config = changed.reduce<Config>(
    (kept, [section, key]) => ({ ...kept, [section]: { ...kept[section], [key]: valueAt(running, section, key) } }),
    isTracingChanged ? { ...next, traces: running.traces } : next,
  );
  assertProtected(config);
  const paths = changed.map((path) => path.join('.'));
  return { config, needsRestart: isTracingChanged ? [...paths, 'telemetry'] : paths };
}

/** The next configuration was validated with its own host. */
function assertProtected({ auth, server: { host } }: Config): void {
  if (auth || isLoopback(host)) return;
  throw new Error(`auth cannot be removed while the gateway listens on ${host}: restart it with the new server.host`);
}

function valueAt(config: Config, section: 'server' | 'cache', key: string): unknown {
  return (config[section] as Readonly<Record<string, unknown>>)[key];
}
