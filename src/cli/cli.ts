import packageJson from '../../package.json' with { type: 'json' };
import { findClosestName } from '../config/closest-name.ts';
import type { CliHost, Command } from './command.ts';
import { COMMANDS, type CommandSummary } from './commands.ts';
import { CommandError, EXIT_STATUS, UsageError } from './exit-status.ts';
import { formatCommandHelp, formatProgramHelp, formatUsage } from './help.ts';

/** Runs the command that the arguments name; resolves to the exit status. */
export async function runCli(args: readonly string[], host: CliHost): Promise<number> {
  const [name = '', ...rest] = args;
  // `switchboard help plan` is `switchboard plan --help`.
  if (name === 'help') return runCli([...rest, '--help'], host);
  if (name === '--help' || name === '-h') return print(formatProgramHelp(COMMANDS));
  if (name === '--version') return print(packageJson.version);
  const summary = COMMANDS.find((candidate) => candidate.name === name);
  if (!summary) return rejectName(name);
  return runCommand(await summary.load(), rest, host);
}

async function runCommand(command: Command, args: readonly string[], host: CliHost): Promise<number> {
  if (asksForHelp(args)) return print(formatCommandHelp(command));
  try {
    return await command.run(args, host);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(error.message);
    if (error instanceof UsageError) {
      console.error(`\n${formatUsage(command)}\n\`switchboard ${command.name} --help\` lists the options.`);
    }
    return error.exitStatus;
  }
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end === -1 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h');
}

function rejectName(name: string): number {
  console.error(name === '' ? formatProgramHelp(COMMANDS) : describeUnknown(name, COMMANDS));
  return EXIT_STATUS.usage;
}

function describeUnknown(name: string, commands: readonly CommandSummary[]): string {
  const kind = name.startsWith('-') ? 'option' : 'command';
  const names = kind === 'option' ? ['--help', '--version'] : commands.map((command) => command.name);
  const meant = findClosestName(name, names);
  const hint = meant === null ? '' : `; did you mean ${meant}?`;
  return `Unknown ${kind} '${name}'${hint}\n\n\`switchboard --help\` lists the commands.`;
}

function print(text: string): number {
  console.log(text);
  return EXIT_STATUS.ok;
}
