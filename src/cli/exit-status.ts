/** The exit statuses of every command. */
export const EXIT_STATUS = {
  ok: 0,
  /** The command ran, and what it looked at is not as it should be. */
  problems: 1,
  /** The arguments are wrong: nothing was done. */
  usage: 2,
  /** The gateway does not answer, or refuses the key. */
  unreachable: 3,
} as const;

type ExitStatus = (typeof EXIT_STATUS)[keyof typeof EXIT_STATUS];

/** A command cannot go on, for a reason that its user can change. Its message is printed without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitStatus: ExitStatus;

  constructor(message: string, exitStatus: ExitStatus = EXIT_STATUS.problems) {
    super(message);
    this.exitStatus = exitStatus;
  }
}

/** The arguments are wrong. The message is printed with the usage of the command. */
export class UsageError extends CommandError {
  constructor(message: string) {
    super(message, EXIT_STATUS.usage);
  }
}
