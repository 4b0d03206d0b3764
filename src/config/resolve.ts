import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Environment } from './interpolate.ts';
import { type Loaded, loadConfig } from './load.ts';
import { overrides } from './overrides.ts';
import type { VendorForm } from './vendor-form.ts';

const DEFAULT_FILE = 'switchboard.yaml';

/**
 * The configuration that SWITCHBOARD_CONFIG names, or else `switchboard.yaml` in the folder `cwd` if it is there; null when
 * nothing is configured.
 */
export function resolveConfig(env: Environment, cwd: string, vendors: readonly VendorForm[]): Loaded | null {
  const { SWITCHBOARD_CONFIG } = env;
  if (SWITCHBOARD_CONFIG) return readConfig(SWITCHBOARD_CONFIG, env, cwd, vendors);
  return existsSync(resolve(cwd, DEFAULT_FILE)) ? readConfig(DEFAULT_FILE, env, cwd, vendors) : null;
}

/** The configuration in that file; a file that cannot be read is a problem of its own. */
export function readConfig(file: string, env: Environment, cwd: string, vendors: readonly VendorForm[]): Loaded {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const fault = { file, path: '', message: `cannot be read (${code ?? 'unknown error'})` };
    return { ok: false, problems: [...overrides(env).problems, fault] };
  }
  return loadConfig({ text, file, env, vendors });
}
