import type { Config } from './schema.ts';
import { digestSettings } from './settings-digest.ts';

/** The keys that are read when the process starts: another value takes effect with the next start. */
const START_KEYS = [
  ['server', 'host'],
  ['server', 'port'],
  ['server', 'workers'],
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

/** Keeps what a running process cannot change. */
export function keepStartSettings(running: Config, next: Config): KeptStartSettings {
  const changed = START_KEYS.filter(
    ([section, key]) => digestSettings(valueAt(running, section, key)) !== digestSettings(valueAt(next, section, key)),
  );
  const config = changed.reduce<Config>(
    (kept, [section, key]) => ({ ...kept, [section]: { ...kept[section], [key]: valueAt(running, section, key) } }),
    next,
  );
  return { config, needsRestart: changed.map((path) => path.join('.')) };
}

function valueAt(config: Config, section: 'server' | 'cache', key: string): unknown {
  return (config[section] as Readonly<Record<string, unknown>>)[key];
}
