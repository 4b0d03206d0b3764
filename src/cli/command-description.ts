/** An option of a command. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: true;
  /** The name of the value in the help, in capitals; for type `string`. */
  readonly value?: string;
  readonly help: string;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** The values of the options that an invocation names. */
export type OptionValues<Options extends OptionTable> = {
  readonly [Name in keyof Options]?: OptionValue<Options[Name]> | undefined;
};

type OptionValue<Spec extends OptionSpec> = Spec['type'] extends 'boolean'
  ? boolean
  : Spec extends { readonly multiple: true }
    ? readonly string[]
    : string;

/** What the help and the documentation say of a command. */
export interface CommandDescription {
  readonly name: string;
  /** What follows the name: options and operand. */
  readonly usage: string;
  /** A sentence, and what else is worth knowing. */
  readonly description: string;
  readonly options: OptionTable;
  /** What each exit status means, where it says more than `EXIT_STATUS`. */
  readonly exitStatus: string;
  /** The one argument that is not an option, and what it is for; absent: none. */
  readonly operand?: { readonly name: string; readonly purpose: string };
}

/** An invocation of a command with these options. */
export interface Invocation<Options extends OptionTable> {
  readonly values: OptionValues<Options>;
  /** Empty for a command without one. */
  readonly operand: string;
}
