import type { AccountCheck } from '../composition/ask-accounts.ts';
import { type ConfigError, formatConfigError, formatConfigWarning } from '../config/config-error.ts';
import { inspectConfigFile } from '../config/find-config.ts';
import type { ConfigInspection } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { systemClock } from '../domain/clock.ts';
import { findWarmErrors } from '../startup/config.ts';
import { vendors } from '../vendors/index.ts';
import { defineCommand } from './command.ts';
import { EXIT_STATUS, UsageError } from './exit-status.ts';

export const checkConfigCommand = defineCommand({
  name: 'check-config',
  usage: '[--strict] [--no-interpolate | --ask] FILE',
  description: 'Reports every error and warning of a configuration with its line, and no secret.',
  options: {
    ask: {
      type: 'boolean',
      help: 'then makes one harmless call for each account, and reports what is wrong; `switchboard doctor` says more',
    },
    'no-interpolate': {
      type: 'boolean',
      help: 'does not read the environment or secret files: values with ${…} pass every check',
    },
    strict: { type: 'boolean', help: 'counts warnings as errors' },
  },
  exitStatus: '0 valid, 1 errors (or an account that could not be asked), 2 wrong arguments.',
  operand: { name: 'FILE', purpose: 'to check' },
  async run({ values: { ask = false, strict = false, 'no-interpolate': skipsValues = false }, operand }) {
    if (ask && skipsValues) throw new UsageError('--ask needs the values that --no-interpolate leaves out');
    const isFine = await checkFile({ file: operand, ask, strict, interpolates: !skipsValues });
    return isFine ? EXIT_STATUS.ok : EXIT_STATUS.problems;
  },
});

interface ConfigCheck {
  readonly file: string;
  readonly ask: boolean;
  readonly strict: boolean;
  readonly interpolates: boolean;
}

/** Reports on the file; returns whether it is valid. */
async function checkFile({ file, ask, strict, interpolates }: ConfigCheck): Promise<boolean> {
  const inspection = inspectConfigFile(file, interpolates ? process.env : null, process.cwd(), vendors);
  const { config } = inspection;
  const errors = [...inspection.errors, ...(config ? await findWarmErrors(config, file, systemClock) : [])];
  const warnings = [...inspection.warnings, ...(config ? await findInvalidDocuments(file, config) : [])];
  for (const error of errors) console.log(formatConfigError(error));
  for (const warning of warnings) console.log(formatConfigWarning(warning));
  if (errors.length > 0) return false;
  console.log(`${file}: OK (${summarize(inspection)})`);
  const areWarningsFine = !strict || warnings.length === 0;
  if (!ask || !config) return areWarningsFine;
  // Loading what calls the vendors takes longer than checking the file.
  const { askAccounts } = await import('../composition/ask-accounts.ts');
  const checks = await askAccounts({ config, vendors, clock: systemClock });
  for (const check of checks) console.log(`${file}: ${check.account}: ${describeCheck(check)}`);
  return areWarningsFine && checks.every(({ outcome }) => outcome !== 'failed');
}

/** The trusted documents whose requests will all be rejected. */
async function findInvalidDocuments(
  file: string,
  { trustedDocuments, limits }: Pick<Config, 'trustedDocuments' | 'limits'>,
): Promise<readonly ConfigError[]> {
  if (!trustedDocuments) return [];
  // Loading the schema takes longer than checking most files.
  const { createSchema } = await import('../graphql/schema.ts');
  const { checkDocuments } = await import('../graphql/check-documents.ts');
  const { invalid } = checkDocuments(trustedDocuments.documents, createSchema(), limits);
  return invalid.map(({ id, problem }) => ({
    file,
    path: 'trustedDocuments.manifest',
    message: `the document ${id} is not valid: ${problem}`,
  }));
}

function summarize({ raw, people, unknownValues }: ConfigInspection): string {
  const { accounts, agents, auth } = (raw ?? {}) as Readonly<Record<string, unknown>>;
  const access = auth ? 'callers must authenticate' : 'no authentication, loopback only';
  const unknown = unknownValues > 0 ? `; ${formatCount(unknownValues, 'value')} with placeholders not checked` : '';
  return `${formatCount(lengthOf(accounts), 'account')}, ${formatCount(lengthOf(agents) + people, 'agent')}; ${access}${unknown}`;
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function describeCheck(check: AccountCheck): string {
  switch (check.outcome) {
    case 'ok':
      return 'the vendor answers';
    case 'needs_agent':
      return 'not asked: a call needs an agent, and none of the directory has a reference in this account';
    case 'unsupported':
      return 'not asked: this vendor has no call for it';
    case 'failed': {
      const { endpoint, code, reason, message } = check.error;
      return `FAILED: ${endpoint}: ${code}${reason === null ? '' : ` (${reason})`}: ${message}`;
    }
  }
}
