import { parseArgs } from 'node:util';
import { findClosestName } from '../config/closest-name.ts';
import type { CommandDescription, Invocation, OptionTable, OptionValues } from './command-description.ts';
import { UsageError } from './exit-status.ts';

/** Parses the arguments of a command. Throws a UsageError that names the option which was probably meant. */
export function parseInvocation<Options extends OptionTable>(
  command: CommandDescription & { readonly options: Options },
  args: readonly string[],
): Invocation<Options> {
  const { values, positionals } = parse(command, args);
  return { values: values as OptionValues<Options>, operand: requireOperand(command, positionals) };
}

function parse({ options }: CommandDescription, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(describeProblem(error as Error, options));
  }
}

function describeProblem(error: Error, options: OptionTable): string {
  // Node appends how to pass an argument that begins with a dash.
  const [message = ''] = error.message.split('. ');
  const [, unknown] = /^Unknown option '--?([^']+)'/.exec(message) ?? [];
  const meant = unknown === undefined ? null : findClosestName(unknown, [...Object.keys(options), 'help']);
  return meant === null ? message : `${message}; did you mean --${meant}?`;
}

function requireOperand({ operand }: CommandDescription, positionals: readonly string[]): string {
  const [first, second] = positionals;
  if (!operand) {
    if (first !== undefined) throw new UsageError(`unexpected argument: ${first}`);
    return '';
  }
  if (first === undefined) throw new UsageError(`name the ${operand.name} ${operand.purpose}`);
  if (second !== undefined) throw new UsageError(`name one ${operand.name} only`);
  return first;
}
