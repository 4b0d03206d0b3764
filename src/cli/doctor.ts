import { styleText } from 'node:util';
import { formatConfigError } from '../config/config-error.ts';
import { readConfigFile } from '../config/find-config.ts';
import type { Config } from '../config/schema.ts';
import { systemClock } from '../domain/clock.ts';
import { vendors } from '../vendors/index.ts';
import { defineCommand } from './command.ts';
import { chooseConfigFile, CONFIG_OPTION } from './config-file.ts';
import type { Finding } from './doctor/finding.ts';
import { EXIT_STATUS } from './exit-status.ts';
import { createProgress } from './progress.ts';

export const doctorCommand = defineCommand({
  name: 'doctor',
  usage: '[--config FILE] [--json]',
  description: `Looks at everything that a gateway with this configuration needs: the configuration itself; each account, by one harmless call
with its credentials; the clock; Redis, the issuer's keys and the cache's folder, where they are configured. Says what is wrong and
what to do about it. Secrets are shown by their length alone.`,
  options: {
    config: CONFIG_OPTION,
    json: { type: 'boolean', help: 'prints JSON' },
  },
  exitStatus: '0 nothing failed (warnings may be there), 1 something failed, 2 wrong arguments.',
  async run({ values: { config: option, json = false } }) {
    const file = chooseConfigFile(option);
    const findings = await examine(file);
    const ok = findings.every(({ outcome }) => outcome !== 'failed');
    console.log(json ? JSON.stringify({ file, ok, findings }) : formatFindings(findings));
    return ok ? EXIT_STATUS.ok : EXIT_STATUS.problems;
  },
});

async function examine(file: string): Promise<readonly Finding[]> {
  const loaded = readConfigFile(file, process.env, process.cwd(), vendors);
  if (!loaded.ok) {
    return loaded.errors.map((error) => ({
      subject: 'configuration',
      outcome: 'failed',
      message: formatConfigError(error),
    }));
  }
  const warnings = loaded.warnings.map((warning): Finding => ({
    subject: 'configuration',
    outcome: 'warning',
    message: formatConfigError(warning),
  }));
  const valid: Finding = { subject: 'configuration', outcome: 'ok', message: file };
  return [...(warnings.length > 0 ? warnings : [valid]), ...(await examineSurroundings(loaded.config))];
}

async function examineSurroundings(config: Config): Promise<readonly Finding[]> {
  // Loading what calls the vendors takes longer than checking the file.
  const { askAccounts } = await import('../composition/ask-accounts.ts');
  const { watchServerClocks } = await import('../http/server-clocks.ts');
  const { compareClocks, describeAccount } = await import('./doctor/accounts.ts');
  const { checkDependencies } = await import('./doctor/dependencies.ts');
  const progress = createProgress();
  const clocks = watchServerClocks(systemClock);
  let answered = 0;
  const showProgress = () => {
    progress.show(`Asking the accounts: ${answered} of ${config.accounts.length} …`);
  };
  try {
    showProgress();
    const [checks, dependencies] = await Promise.all([
      askAccounts({
        config,
        vendors,
        clock: systemClock,
        onChecked: () => {
          answered += 1;
          showProgress();
        },
      }),
      checkDependencies(config),
    ]);
    const clock = compareClocks(config, clocks);
    return [...checks.map((check) => describeAccount(check, config)), ...(clock ? [clock] : []), ...dependencies];
  } finally {
    progress.clear();
    clocks.stop();
  }
}

const LABELS = {
  ok: ['ok', 'green'],
  warning: ['warning', 'yellow'],
  failed: ['FAILED', 'red'],
  skipped: ['skipped', 'dim'],
} as const;
const LABEL_WIDTH = 'warning'.length;

function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  const indent = ' '.repeat(LABEL_WIDTH + 2);
  const lines = findings.map(({ subject, outcome, message, remedy }) => {
    const [label, color] = LABELS[outcome];
    // Without colours where NO_COLOR says so, and where standard output is not a terminal.
    const shown = styleText(color, label.padEnd(LABEL_WIDTH), { stream: process.stdout });
    return `${shown}  ${subject.padEnd(width)}  ${message}${remedy === undefined ? '' : `\n${indent}→ ${remedy}`}`;
  });
  const failed = findings.filter(({ outcome }) => outcome === 'failed').length;
  return [...lines, '', failed === 0 ? 'Nothing failed.' : `${failed} of ${findings.length} failed.`].join('\n');
}
