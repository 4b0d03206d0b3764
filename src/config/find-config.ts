import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnvOverrides } from './env-overrides.ts';
import { loadConfig, type LoadConfigResult } from './load.ts';
import type { Environment } from './placeholder.ts';
import type { VendorDescriptor } from './vendor-descriptor.ts';

const DEFAULT_CONFIG_FILE = 'switchboard.yaml';

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

/** Loads the configuration in that file; an unreadable file is reported as an error. */
export function readConfigFile(
  file: string,
  env: Environment,
  cwd: string,
  vendors: readonly VendorDescriptor[],
): LoadConfigResult {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const readError = { file, path: '', message: `cannot be read (${code ?? 'unknown error'})` };
    return { ok: false, errors: [...parseEnvOverrides(env).errors, readError] };
  }
  return loadConfig({ text, file, env, vendors });
}
