/** An invalid argument of a caller; the message names the argument and what is valid. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
  /** The argument's path, such as `during.from`. */
  readonly argument: string;

  constructor(argument: string, problem: string) {
    super(`${argument}: ${problem}`);
    this.argument = argument;
  }
}
