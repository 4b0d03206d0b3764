import type { CommandDescription, OptionSpec, OptionTable } from './command-description.ts';
import type { CommandSummary } from './commands.ts';

const HELP_OPTION: OptionSpec = { type: 'boolean', short: 'h', help: 'prints this' };

/** The help of one command. */
export function formatCommandHelp({ name, usage, description, options, exitStatus }: CommandDescription): string {
  return `${formatUsage({ name, usage })}

${description}

Options:
${formatOptions({ ...options, help: HELP_OPTION })}

Exit status: ${exitStatus}`;
}

export function formatUsage({ name, usage }: Pick<CommandDescription, 'name' | 'usage'>): string {
  return `Usage: switchboard ${name}${usage && ` ${usage}`}`;
}

/** The help of the program: its commands. */
export function formatProgramHelp(commands: readonly CommandSummary[]): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return `Usage: switchboard COMMAND [options]

One GraphQL endpoint over contact-centre vendors.

Commands:
${formatRows(rows)}

Options:
${formatRows([
  ['-h, --help', 'prints this; `switchboard COMMAND --help` prints what a command takes'],
  ['--version', 'prints the version'],
])}

Exit status: 0 done, 1 problems were found, 2 wrong arguments, 3 the gateway cannot be reached.`;
}

function formatOptions(options: OptionTable): string {
  return formatRows(
    Object.entries(options).map(([name, { short, value, help }]) => {
      const long = `--${name}${value === undefined ? '' : ` ${value}`}`;
      return [short === undefined ? long : `-${short}, ${long}`, help] as const;
    }),
  );
}

function formatRows(rows: readonly (readonly [name: string, text: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join('\n');
}
