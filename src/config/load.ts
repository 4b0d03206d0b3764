import { dirname } from 'node:path';
import { type ConfigError, type ConfigIssue, formatPath } from './config-error.ts';
import { crossCheck } from './cross-checks.ts';
import { parseEnvOverrides } from './env-overrides.ts';
import { interpolate } from './interpolate.ts';
import { findHostErrors } from './loopback-check.ts';
import type { Environment } from './placeholder.ts';
import { parseProxyVariables } from './proxy.ts';
import { type Config, parseConfig } from './schema.ts';
import type { VendorDescriptor } from './vendor-descriptor.ts';
import { parseYaml } from './yaml-file.ts';

export interface LoadConfigOptions {
  /** YAML, which includes JSON. */
  readonly text: string;
  /** The file's name, for messages and as the place that relative names of secret files count from. */
  readonly file: string;
  /** For `${NAME}`, for PORT and HOST, which override the file, and for the proxy variables. */
  readonly env: Environment;
  readonly vendors: readonly VendorDescriptor[];
}

export type LoadConfigResult =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly errors: readonly ConfigError[] };

/** Reads a configuration and validates all of it, so that all errors are reported at once. */
export function loadConfig({ text, file, env, vendors }: LoadConfigOptions): LoadConfigResult {
  const { server, errors: overrideErrors } = parseEnvOverrides(env);
  const { proxy, errors: proxyErrors } = parseProxyVariables(env);
  const errors = [...overrideErrors, ...proxyErrors];
  const yaml = parseYaml(text);
  if (yaml.issues.length > 0) {
    const yamlErrors = yaml.issues.map(({ message, location }) => ({ file, path: '', message, ...location }));
    return { ok: false, errors: [...errors, ...yamlErrors] };
  }
  const interpolation = interpolate(yaml.document, { env, folder: dirname(file) });
  const raw = yaml.toPlainValue();
  if (raw === undefined) {
    const aliasError = { file, path: '', message: 'an alias (*) refers to no anchor (&), or to too many' };
    return { ok: false, errors: [...errors, aliasError] };
  }
  const { config, issues } = parseConfig(raw, interpolation.interpolatedPaths, vendors);

  // Of a value whose variable is not set, report only that.
  const unresolvedPaths = new Set(interpolation.issues.map(({ path }) => formatPath(path)));
  const otherIssues = [...issues, ...crossCheck(raw, vendors)].filter(
    ({ path }) => !unresolvedPaths.has(formatPath(path)),
  );
  const toConfigError = ({ path, message }: ConfigIssue): ConfigError => ({
    file,
    path: formatPath(path),
    message: redactValues(message, interpolation.values),
    ...yaml.locate(path),
  });
  const allErrors = [
    ...errors,
    ...[...interpolation.issues, ...otherIssues].map(toConfigError),
    ...findHostErrors(raw, server.host, toConfigError),
  ];
  if (allErrors.length > 0 || !config) return { ok: false, errors: allErrors.toSorted(byLocation) };
  return { ok: true, config: { ...config, server: { ...config.server, ...server }, proxy } };
}

function byLocation(a: ConfigError, b: ConfigError): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** Removes values of placeholders from a message: a message may quote the value that it reports. */
function redactValues(message: string, values: readonly string[]): string {
  return values.reduce((text, value) => (value.length > 3 ? text.replaceAll(value, '…') : text), message);
}
