import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { type ConfigError, formatConfigError, formatConfigWarning } from '../../src/config/config-error.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Environment } from '../../src/config/placeholder.ts';
import { MAIL_ACCOUNT, NUMBERS_ACCOUNT, vendors } from './config-harness.ts';

const ACCOUNTS = `accounts: [{ ${MAIL_ACCOUNT} }, { ${NUMBERS_ACCOUNT} }]\n`;

/** Loads configurations, with two invented accounts (`mail` and `numbers`), from a folder that the files of a test are in. */
export function setUpConfigFolder() {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'switchboard-files-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const load = (text: string, env: Environment = {}) =>
    loadConfig({ text: ACCOUNTS + text, file: join(folder, 'test.yaml'), env, vendors });
  const format = (errors: readonly ConfigError[], formatError: (error: ConfigError) => string) =>
    errors.map((error) => formatError(error).replaceAll(`${folder}/`, ''));

  return {
    folder: () => folder,
    write: (name: string, content: string | Uint8Array) => {
      writeFileSync(join(folder, name), content);
    },
    load,
    /** The agents and teams; fails the test with the errors. */
    loadDirectory: (text: string) => {
      const loaded = load(text);
      if (!loaded.ok) throw new Error(format(loaded.errors, formatConfigError).join('\n'));
      const { agents, teams } = loaded.config;
      return { agents, teams, warnings: format(loaded.warnings, formatConfigWarning) };
    },
    /** The errors, a line each, with names of files that count from the folder. */
    errorLines: (text: string, env?: Environment): readonly string[] => {
      const loaded = load(text, env);
      return loaded.ok ? [] : format(loaded.errors, formatConfigError);
    },
  };
}
