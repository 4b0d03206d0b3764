import { dirname } from 'node:path';
import { type ConfigError, type ConfigIssue, formatPath } from './config-error.ts';
import { crossCheck } from './cross-checks.ts';
import { parseEnvOverrides } from './env-overrides.ts';
import { interpolate, type InterpolationResult } from './interpolate.ts';
import { findHostErrors } from './loopback-check.ts';
import { showValues } from './named-value.ts';
import type { Environment } from './placeholder.ts';
import { parseProxyVariables } from './proxy.ts';
import { type Config, parseConfig } from './schema.ts';
import { loadTrustedDocuments } from './trusted-documents.ts';
import type { VendorDescriptor } from './vendor-descriptor.ts';
import { loadWarmEntries } from './warm.ts';
import { parseYaml, type YamlFile } from './yaml-file.ts';

export interface LoadConfigOptions {
  /** YAML, which includes JSON. */
  readonly text: string;
  /** The file's name, for messages and as the place that relative names of other files count from. */
  readonly file: string;
  /** For `${NAME}`, for PORT and HOST, which override the file, and for the proxy variables. */
  readonly env: Environment;
  readonly vendors: readonly VendorDescriptor[];
}

export type LoadConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly ConfigError[] }
  | { readonly ok: false; readonly errors: readonly ConfigError[] };

/** Reads a configuration and validates all of it, so that all errors are reported at once. */
export function loadConfig(options: LoadConfigOptions): LoadConfigResult {
  const { config, errors, warnings } = inspectConfig(options);
  return errors.length > 0 || !config ? { ok: false, errors } : { ok: true, config, warnings };
}

export interface InspectConfigOptions extends Omit<LoadConfigOptions, 'env'> {
  /** Null: values with placeholders are unknown and pass every check; nothing of the environment counts. */
  readonly env: Environment | null;
}

export interface ConfigInspection {
  /** Absent with errors, and with unknown values. */
  readonly config?: Config;
  readonly errors: readonly ConfigError[];
  /** What is valid but probably not meant. */
  readonly warnings: readonly ConfigError[];
  /** What the file says, as far as it is valid YAML. */
  readonly raw?: unknown;
  /** How many values are unknown. */
  readonly unknownValues: number;
}

/** Validates a configuration, with its warnings. */
export function inspectConfig({ text, file, env, vendors }: InspectConfigOptions): ConfigInspection {
  const { server, errors: overrideErrors } = parseEnvOverrides(env ?? {});
  const { proxy, errors: proxyErrors } = parseProxyVariables(env ?? {});
  const errors = [...overrideErrors, ...proxyErrors];
  const yaml = parseYaml(text);
  const fail = (yamlErrors: readonly ConfigError[]) => ({
    errors: [...errors, ...yamlErrors],
    warnings: [],
    unknownValues: 0,
  });
  if (yaml.issues.length > 0) {
    return fail(yaml.issues.map(({ message, location }) => ({ file, path: '', message, ...location })));
  }
  const interpolation = interpolate(yaml.document, env && { env, folder: dirname(file) });
  const raw = yaml.toPlainValue();
  if (raw === undefined) {
    return fail([{ file, path: '', message: 'an alias (*) refers to no anchor (&), or to too many' }]);
  }
  const { config, issues } = parseConfig(raw, interpolation.interpolatedPaths, vendors);
  const trusted = loadTrustedDocuments(raw, dirname(file), interpolation.unknownPaths);
  const { warm, issues: warmIssues } = loadWarmEntries(raw, dirname(file), interpolation.unknownPaths);
  const toConfigError = createErrorFormatter(file, yaml, interpolation);
  const allErrors = [
    ...errors,
    ...[
      ...interpolation.issues,
      ...trusted.issues,
      ...warmIssues,
      ...findOtherIssues(raw, issues, interpolation, vendors),
    ].map(toConfigError),
    ...findHostErrors(raw, server.host, toConfigError).filter(({ path }) => !interpolation.unknownPaths.has(path)),
  ];
  return {
    ...(config && {
      config: {
        ...config,
        server: { ...config.server, ...server },
        proxy,
        trustedDocuments: trusted.trustedDocuments,
        warm,
      },
    }),
    errors: allErrors.toSorted(byLocation),
    warnings: [
      ...findEmptiness(yaml, raw),
      ...findUnsharedWorkers(config),
      ...trusted.warnings,
      ...interpolation.warnings,
    ]
      .map(toConfigError)
      .toSorted(byLocation),
    raw,
    unknownValues: interpolation.unknownPaths.size,
  };
}

/** Of a value whose variable is not set, only that is reported; of an unknown value, nothing. */
function findOtherIssues(
  raw: unknown,
  schemaIssues: readonly ConfigIssue[],
  { issues, unknownPaths }: InterpolationResult,
  vendors: readonly VendorDescriptor[],
): readonly ConfigIssue[] {
  const ignoredPaths = unknownPaths.union(new Set(issues.map(({ path }) => formatPath(path))));
  return [...schemaIssues, ...crossCheck(raw, vendors)].filter(({ path }) => !ignoredPaths.has(formatPath(path)));
}

function createErrorFormatter(file: string, yaml: YamlFile, interpolation: InterpolationResult) {
  return (issue: ConfigIssue): ConfigError => {
    const path = formatPath(issue.path);
    return { file, path, message: showMessage(issue.message, path, interpolation), ...yaml.locate(issue.path) };
  };
}

/** A gateway without accounts starts, and finds nothing. */
function findEmptiness(yaml: YamlFile, raw: unknown): readonly ConfigIssue[] {
  if (yaml.document.contents === null) return [{ path: [], message: `the file is empty; ${NO_ACCOUNT_MESSAGE}` }];
  const { accounts } = raw as { readonly accounts?: unknown };
  const isEmpty = accounts === undefined || accounts === null || (Array.isArray(accounts) && accounts.length === 0);
  return isEmpty ? [{ path: [], message: NO_ACCOUNT_MESSAGE }] : [];
}

/** Valid, but vendors are called once for each worker, and rate limits hold for each. */
function findUnsharedWorkers(config: Pick<Config, 'server' | 'cache'> | undefined): readonly ConfigIssue[] {
  if (!config || (config.server.workers ?? 1) === 1 || config.cache.url !== undefined) return [];
  const message =
    'without cache.url, each worker has a cache and rate limits of its own: vendors may be called once for each worker';
  return [{ path: ['server', 'workers'], message }];
}

const NO_ACCOUNT_MESSAGE = 'no vendor account is configured, so queries find nothing';

function byLocation(a: ConfigError, b: ConfigError): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** A value of this length is hardly a word of a message by chance. */
const MIN_REDACTED_LENGTH = 16;
/** A shorter value may be a part of other values by chance. */
const MIN_CONTAINED_LENGTH = 4;
const HIDDEN_VALUE = '…';

/** A message names the value that it reports, but none that comes from a placeholder; an alias repeats such a value at another path. */
function showMessage(message: string, path: string, { interpolatedPaths, values }: InterpolationResult): string {
  const isHidden = (shown: string) =>
    interpolatedPaths.has(path) ||
    values.some((value) => shown === value || (value.length >= MIN_CONTAINED_LENGTH && shown.includes(value)));
  const text = showValues(message, (shown) => (isHidden(shown) ? HIDDEN_VALUE : shown));
  const longValues = values.filter(({ length }) => length >= MIN_REDACTED_LENGTH);
  return longValues.reduce((redacted, value) => redacted.replaceAll(value, HIDDEN_VALUE), text);
}
