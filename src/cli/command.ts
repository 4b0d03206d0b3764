import type { CommandDescription, Invocation, OptionTable } from './command-description.ts';
import { parseInvocation } from './parse-invocation.ts';

/** What the process offers to commands. */
export interface CliHost {
  /** Runs the gateway that the environment configures, in this process. */
  readonly startGateway: () => Promise<unknown>;
}

export interface Command extends CommandDescription {
  /** Resolves to the exit status. Throws a CommandError where it cannot go on. */
  readonly run: (args: readonly string[], host: CliHost) => Promise<number>;
}

export interface CommandSpec<Options extends OptionTable> extends CommandDescription {
  readonly options: Options;
  readonly run: (invocation: Invocation<Options>, host: CliHost) => number | Promise<number>;
}

export function defineCommand<const Options extends OptionTable>(spec: CommandSpec<Options>): Command {
  return { ...spec, run: async (args, host) => spec.run(parseInvocation(spec, args), host) };
}
