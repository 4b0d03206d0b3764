import { crossCheck } from './cross-checks.ts';
import { checkForms, type Config } from './forms.ts';
import { checkHost } from './host.ts';
import { type Environment, interpolate } from './interpolate.ts';
import { overrides } from './overrides.ts';
import { type Fault, pathText, type Problem } from './problem.ts';
import type { VendorForm } from './vendor-form.ts';
import { parseYaml } from './yaml-file.ts';

export interface ConfigInput {
  /** YAML, hence also JSON. */
  readonly text: string;
  /** What to call it in messages. */
  readonly file: string;
  /** For `${NAME}`, and for PORT and HOST, which override the file. */
  readonly env: Environment;
  readonly vendors: readonly VendorForm[];
}

export type Loaded =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a configuration and checks all of it, so that every problem is told at once. */
export function loadConfig({ text, file, env, vendors }: ConfigInput): Loaded {
  const { server, problems } = overrides(env);
  const yaml = parseYaml(text);
  if (yaml.faults.length > 0) {
    const faults = yaml.faults.map(({ message, place }) => ({ file, path: '', message, ...place }));
    return { ok: false, problems: [...problems, ...faults] };
  }
  const filling = interpolate(yaml.document, env);
  const raw = yaml.read();
  if (raw === undefined) {
    const fault = { file, path: '', message: 'an alias (*) refers to no anchor (&), or to too many' };
    return { ok: false, problems: [...problems, fault] };
  }
  const { config, faults } = checkForms(raw, filling.filled, vendors);

  // What is wrong with a value that the environment did not give is only that it did not.
  const unfilled = new Set(filling.faults.map(({ path }) => pathText(path)));
  const others = [...faults, ...crossCheck(raw, vendors)].filter(({ path }) => !unfilled.has(pathText(path)));
  const toProblem = ({ path, message }: Fault): Problem => ({
    file,
    path: pathText(path),
    message: withhold(message, filling.values),
    ...yaml.locate(path),
  });
  const all = [
    ...problems,
    ...[...filling.faults, ...others].map(toProblem),
    ...checkHost(raw, server.host, toProblem),
  ];
  if (all.length > 0 || !config) return { ok: false, problems: all.toSorted(byPlace) };
  return { ok: true, config: { ...config, server: { ...config.server, ...server } } };
}

function byPlace(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** A vendor's rule might quote the reference that it complains of. */
function withhold(message: string, values: readonly string[]): string {
  return values.reduce((text, value) => (value.length > 3 ? text.replaceAll(value, '…') : text), message);
}
