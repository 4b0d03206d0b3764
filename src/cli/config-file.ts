import { existsSync } from 'node:fs';
import { formatConfigError } from '../config/config-error.ts';
import { readConfigFile } from '../config/find-config.ts';
import type { Config } from '../config/schema.ts';
import { vendors } from '../vendors/index.ts';
import type { OptionSpec } from './command-description.ts';
import { CommandError, UsageError } from './exit-status.ts';

const DEFAULT_FILE = 'switchboard.yaml';

export const CONFIG_OPTION: OptionSpec & { readonly type: 'string' } = {
  type: 'string',
  value: 'FILE',
  help: `the configuration; default: SWITCHBOARD_CONFIG, or ${DEFAULT_FILE} in the working folder`,
};

/** The configuration that a gateway would start with. Throws a UsageError where none is there. */
export function chooseConfigFile(option: string | undefined): string {
  const file = option ?? process.env.SWITCHBOARD_CONFIG;
  if (file !== undefined && file !== '') return file;
  if (existsSync(DEFAULT_FILE)) return DEFAULT_FILE;
  throw new UsageError(
    `nothing is configured: pass --config FILE, set SWITCHBOARD_CONFIG, or run it where ${DEFAULT_FILE} is`,
  );
}

/** Throws a CommandError with every error of an invalid configuration. */
export function loadConfigFile(file: string): Config {
  const loaded = readConfigFile(file, process.env, process.cwd(), vendors);
  if (!loaded.ok) throw new CommandError(loaded.errors.map(formatConfigError).join('\n'));
  return loaded.config;
}
