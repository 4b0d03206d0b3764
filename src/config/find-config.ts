import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ConfigError } from './config-error.ts';
import { parseEnvOverrides } from './env-overrides.ts';
import { type ConfigInspection, inspectConfig, loadConfig, type LoadConfigResult } from './load.ts';
import type { Environment } from './placeholder.ts';
import { describeReadProblem } from './read-problem.ts';
import type { VendorDescriptor } from './vendor-descriptor.ts';

export const DEFAULT_CONFIG_FILE = 'switchboard.yaml';

/**
 * Loads the file that SWITCHBOARD_CONFIG names, or else `switchboard.yaml` in the folder `cwd` if it exists; null when neither
 * is there.
 */
export function findConfig(
  env: Environment,
  cwd: string,
  vendors: readonly VendorDescriptor[],
): LoadConfigResult | null {
  const { SWITCHBOARD_CONFIG } = env;
  if (SWITCHBOARD_CONFIG) return readConfigFile(SWITCHBOARD_CONFIG, env, cwd, vendors);
  return existsSync(resolve(cwd, DEFAULT_CONFIG_FILE)) ? readConfigFile(DEFAULT_CONFIG_FILE, env, cwd, vendors) : null;
}

/** Returns the name of the file that `findConfig` loads. */
export function findConfigName({ SWITCHBOARD_CONFIG }: Environment): string {
  return SWITCHBOARD_CONFIG ?? DEFAULT_CONFIG_FILE;
}

/** Loads the configuration in that file, which is the first of `files`; an unreadable file is reported as an error. */
export function readConfigFile(
  file: string,
  env: Environment,
  cwd: string,
  vendors: readonly VendorDescriptor[],
): LoadConfigResult {
  const read = readText(file, cwd);
  const files = [resolve(cwd, file)];
  if ('error' in read) return { ok: false, errors: [...parseEnvOverrides(env).errors, read.error], files };
  const loaded = loadConfig({ ...read, file, env, vendors });
  return { ...loaded, files: [...files, ...loaded.files] };
}

/** Inspects the configuration in that file; see `inspectConfig`. */
export function inspectConfigFile(
  file: string,
  env: Environment | null,
  cwd: string,
  vendors: readonly VendorDescriptor[],
): ConfigInspection {
  const read = readText(file, cwd);
  if ('error' in read) {
    const errors = [...parseEnvOverrides(env ?? {}).errors, read.error];
    return { errors, warnings: [], people: 0, unknownValues: 0, files: [] };
  }
  return inspectConfig({ ...read, file, env, vendors });
}

function readText(file: string, cwd: string): { readonly text: string } | { readonly error: ConfigError } {
  try {
    return { text: readFileSync(resolve(cwd, file), 'utf8') };
  } catch (error) {
    return { error: { file, path: '', message: `cannot be read: ${describeReadProblem(error)}` } };
  }
}
