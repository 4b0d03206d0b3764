import { resolve } from 'node:path';
import { type ConfigError, formatPath } from '../config/config-error.ts';
import { ENVIRONMENT, parseEnvOverrides } from '../config/env-overrides.ts';
import { DEFAULT_CONFIG_FILE, findConfig, findConfigName } from '../config/find-config.ts';
import { loadConfig, type LoadConfigResult } from '../config/load.ts';
import { isLoopback } from '../config/loopback.ts';
import type { Environment } from '../config/placeholder.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../domain/clock.ts';
import { formatSandboxConfig } from '../sandbox/sandbox-config.ts';
import { type Sandbox, startSandbox } from '../sandbox/start-sandbox.ts';
import type { VendorAdapter } from '../vendors/vendor.ts';

/** The configuration to run with, and the sandbox that was started because nothing is configured. */
export type StartupConfig =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly warnings: readonly ConfigError[];
      readonly sandbox: Sandbox<string> | null;
      /** The files that the configuration was read from. */
      readonly files: readonly string[];
    }
  | { readonly ok: false; readonly errors: readonly ConfigError[] };

export interface StartupConfigOptions {
  readonly env: Environment;
  /** Where `switchboard.yaml` is looked for. */
  readonly folder: string;
  readonly clock: Clock;
  readonly vendors: readonly VendorAdapter[];
}

/** Loads the configuration; starts the sandbox, and loads its configuration, when nothing is configured. */
export async function loadStartupConfig({ env, folder, clock, vendors }: StartupConfigOptions): Promise<StartupConfig> {
  const loaded = findConfig(env, folder, vendors);
  if (loaded) {
    if (!loaded.ok) return loaded;
    const warmErrors = await findWarmErrors(loaded.config, findConfigName(env), clock);
    return warmErrors.length > 0 ? { ok: false, errors: warmErrors } : { ...loaded, sandbox: null };
  }
  const errors = [...parseEnvOverrides(env).errors, ...findSandboxHostErrors(env)];
  if (errors.length > 0) return { ok: false, errors };

  const sandbox = await startSandbox({
    clock,
    fakes: Object.fromEntries(vendors.map(({ key, createFakeVendor }) => [key, createFakeVendor])),
  });
  const text = formatSandboxConfig(sandbox.config);
  const sandboxConfig = loadConfig({ text, file: 'the sandbox’s configuration', env, vendors });
  if (!sandboxConfig.ok) {
    await sandbox.stop();
    return sandboxConfig;
  }
  return { ...sandboxConfig, sandbox, files: [] };
}

/** Loads the configuration of a gateway that was started with a file. */
export async function reloadConfig({ env, folder, clock, vendors }: StartupConfigOptions): Promise<LoadConfigResult> {
  const loaded = findConfig(env, folder, vendors);
  if (loaded) {
    const errors = loaded.ok ? await findWarmErrors(loaded.config, findConfigName(env), clock) : [];
    return errors.length > 0 ? { ok: false, errors, files: loaded.files } : loaded;
  }
  const file = DEFAULT_CONFIG_FILE;
  return {
    ok: false,
    errors: [{ file, path: '', message: 'cannot be read: it has been deleted' }],
    files: [resolve(folder, file)],
  };
}

/** Finds the scheduled queries that do not fit the schema. It is loaded only where there are any: that takes longer than most files do. */
export async function findWarmErrors(
  { warm, limits }: Pick<Config, 'warm' | 'limits'>,
  file: string,
  clock: Clock,
): Promise<readonly ConfigError[]> {
  if (warm.length === 0) return [];
  const { createSchema } = await import('../graphql/schema.ts');
  const { checkWarmEntries } = await import('../graphql/check-warm-entries.ts');
  const issues = checkWarmEntries(warm, createSchema(), limits, clock.now());
  return issues.map(({ path, message }) => {
    const [, index, part] = path;
    return { file, path: formatPath(path), message, ...warm[index]?.locations?.[part] };
  });
}

/** The sandbox has no auth, so it is served on a loopback host only. Checked before its servers are started. */
function findSandboxHostErrors({ HOST }: Environment): readonly ConfigError[] {
  if (!HOST || isLoopback(HOST)) return [];
  const message =
    `${HOST} is not a loopback host, and nothing is configured: the sandbox, which has no auth, is served on loopback hosts ` +
    'only. Unset HOST, or set SWITCHBOARD_CONFIG to a configuration with `auth`.';
  return [{ file: ENVIRONMENT, path: 'HOST', message }];
}
