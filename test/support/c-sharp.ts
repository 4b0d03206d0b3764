import { type ClientExamples, type CommandResult, copyClientExamples } from './client-examples.ts';
import { C_SHARP_COMPILER, requireProgram } from './programs.ts';

/** Where Debian has it. */
const NEWTONSOFT_JSON_FOLDER = '/usr/lib/cli/Newtonsoft.Json-5.0';
const FOLDER = 'c-sharp';

/** The example for C#, with its generator and a compiler. */
export interface CSharpExample {
  readonly generate: () => Promise<CommandResult>;
  readonly compile: (sources: readonly string[]) => Promise<CommandResult>;
  /** Runs what was compiled. */
  readonly execute: (input: string) => Promise<CommandResult>;
  readonly remove: () => void;
}

export function copyCSharpExample(schema: string): CSharpExample {
  const packages = `${FOLDER}/node_modules`;
  const { run, remove }: ClientExamples = copyClientExamples(schema, { [packages]: `examples/clients/${packages}` });
  const references = [`${NEWTONSOFT_JSON_FOLDER}/Newtonsoft.Json.dll`, 'System.ComponentModel.DataAnnotations'];
  const compiler = [requireProgram(C_SHARP_COMPILER), '-out:agents.exe', ...references.map((name) => `-r:${name}`)];
  return {
    generate: () => run(FOLDER, ['node_modules/@graphql-codegen/cli/cjs/bin.js', '--config', 'codegen.yml']),
    compile: (sources) => run(FOLDER, [...compiler, ...sources]),
    execute: (input) => run(FOLDER, ['mono', 'agents.exe'], { env: { MONO_PATH: NEWTONSOFT_JSON_FOLDER }, input }),
    remove,
  };
}
