import { dirname } from 'node:path';
import { arrangeErrors } from './arrange-errors.ts';
import { checkCachePath } from './cache-path.ts';
import { type ConfigError, type ConfigIssue, formatPath } from './config-error.ts';
import { crossCheck } from './cross-checks.ts';
import { loadDirectoryFiles } from './directory-files/load-directory-files.ts';
import { withoutOverriddenPeople } from './directory-files/override-people.ts';
import type { PositionOf } from './duplicates.ts';
import { parseEnvOverrides } from './env-overrides.ts';
import { interpolate, type InterpolationResult } from './interpolate.ts';
import { findHostErrors } from './loopback-check.ts';
import { showValues } from './named-value.ts';
import type { Environment } from './placeholder.ts';
import { parseProxyVariables } from './proxy.ts';
import { type Config, type FileConfig, parseConfig } from './schema.ts';
import { resolveTraces } from './traces.ts';
import { loadTrustedDocuments } from './trusted-documents.ts';
import type { VendorDescriptor } from './vendor-descriptor.ts';
import { loadWarmEntries, type WarmEntry, type WarmPart } from './warm.ts';
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

export type LoadConfigResult = ConfigFiles &
  (
    | { readonly ok: true; readonly config: Config; readonly warnings: readonly ConfigError[] }
    | { readonly ok: false; readonly errors: readonly ConfigError[] }
  );

export interface ConfigFiles {
  /** The paths of the other files that the configuration is read from, also of those that cannot be read. */
  readonly files: readonly string[];
}

/** Reads a configuration and validates all of it, so that all errors are reported at once. */
export function loadConfig(options: LoadConfigOptions): LoadConfigResult {
  const { config, errors, warnings, files } = inspectConfig(options);
  return errors.length > 0 || !config ? { ok: false, errors, files } : { ok: true, config, warnings, files };
}

export interface InspectConfigOptions extends Omit<LoadConfigOptions, 'env'> {
  /** Null: values with placeholders are unknown and pass every check; nothing of the environment counts. */
  readonly env: Environment | null;
}

export interface ConfigInspection extends ConfigFiles {
  /** Absent with errors, and with unknown values. */
  readonly config?: Config;
  readonly errors: readonly ConfigError[];
  /** What is valid but probably not meant. */
  readonly warnings: readonly ConfigError[];
  /** What the file says, as far as it is valid YAML. */
  readonly raw?: unknown;
  /** How many people the directory files have. */
  readonly people: number;
  /** How many values are unknown. */
  readonly unknownValues: number;
}

/** Validates a configuration, with its warnings. */
export function inspectConfig({ text, file, env, vendors }: InspectConfigOptions): ConfigInspection {
  const { server, errors: overrideErrors } = parseEnvOverrides(env ?? {});
  const { proxy, errors: proxyErrors } = parseProxyVariables(env ?? {});
  const errors = [...overrideErrors, ...proxyErrors];
  const yaml = parseYaml(text);
  const fail = (yamlErrors: readonly ConfigError[]) => failInspection([...errors, ...yamlErrors]);
  if (yaml.issues.length > 0) {
    return fail(yaml.issues.map(({ message, location }) => ({ file, path: '', message, ...location })));
  }
  const interpolation = interpolate(yaml.document, env && { env, folder: dirname(file) });
  const raw = yaml.toPlainValue();
  if (raw === undefined) {
    return fail([{ file, path: '', message: 'an alias (*) refers to no anchor (&), or to too many' }]);
  }
  const { config, issues } = parseConfig(raw, interpolation.interpolatedPaths, vendors);
  const { traces, errors: tracesErrors } = resolveTraces(config?.telemetry, env ?? {});
  // A machine without the secrets is not the one that the gateway runs on.
  const others = loadOtherFiles(raw, dirname(file), interpolation.unknownPaths, { checksCachePath: env !== null });
  const toConfigError = createErrorFormatter(file, yaml, interpolation);
  const crossIssues = crossCheck({ raw, vendors, people: others.people, positionOf: createPositionOf(file, yaml) });
  const fileIssues = findOtherIssues([...issues, ...others.directoryIssues, ...crossIssues], interpolation);
  const allErrors = [
    ...errors,
    ...tracesErrors,
    ...[
      ...interpolation.issues,
      ...others.trusted.issues,
      ...others.cachePath.issues,
      ...others.warmIssues,
      ...fileIssues,
    ].map(toConfigError),
    ...findHostErrors(raw, server.host, toConfigError).filter(({ path }) => !interpolation.unknownPaths.has(path)),
  ];
  const warnings = [
    ...findEmptiness(yaml, raw),
    ...findUnsharedWorkers(config),
    ...others.warnings,
    ...interpolation.warnings,
  ].map(toConfigError);
  return {
    ...(config && {
      config: {
        ...completeConfig(config, others),
        warm: others.warm.map((entry, index) => ({ ...entry, locations: locateParts(yaml, index) })),
        server: { ...config.server, ...server },
        proxy,
        traces,
      },
    }),
    errors: arrangeErrors(allErrors, file),
    warnings: arrangeErrors(warnings, file),
    raw,
    people: others.people.length,
    unknownValues: interpolation.unknownPaths.size,
    files: [...interpolation.files, ...others.files],
  };
}

function failInspection(errors: readonly ConfigError[]): ConfigInspection {
  return { errors, warnings: [], people: 0, unknownValues: 0, files: [] };
}

/** Reads the manifests and the directory files; checks that of the cache. */
function loadOtherFiles(
  raw: unknown,
  folder: string,
  unknownPaths: ReadonlySet<string>,
  { checksCachePath }: { readonly checksCachePath: boolean },
) {
  const trusted = loadTrustedDocuments(raw, folder, unknownPaths);
  const directory = loadDirectoryFiles(raw, folder, unknownPaths);
  const isCachePathKnown = checksCachePath && !unknownPaths.has('cache.path');
  const { warm, issues: warmIssues, files: warmFiles } = loadWarmEntries(raw, folder, unknownPaths);
  return {
    trusted,
    warm,
    warmIssues,
    cachePath: isCachePathKnown ? checkCachePath(raw, folder) : { issues: [] },
    people: withoutOverriddenPeople(directory.people, raw),
    teams: directory.teams,
    directoryIssues: directory.issues,
    warnings: directory.warnings,
    files: [...trusted.files, ...directory.files, ...warmFiles],
  };
}

/** Adds what other files have: agents and teams after those of the configuration. */
function completeConfig(
  config: FileConfig,
  { people, teams, trusted, cachePath }: ReturnType<typeof loadOtherFiles>,
): Omit<Config, 'proxy' | 'warm'> {
  return {
    ...config,
    cache: { ...config.cache, ...('path' in cachePath && { path: cachePath.path }) },
    trustedDocuments: trusted.trustedDocuments,
    agents: [...config.agents, ...people.map(({ entry }) => entry)],
    teams: [...config.teams, ...teams],
  };
}

/** Of a value whose variable is not set, only that is reported; of an unknown value, nothing. */
function findOtherIssues(issues: readonly ConfigIssue[], interpolation: InterpolationResult): readonly ConfigIssue[] {
  const ignoredPaths = interpolation.unknownPaths.union(
    new Set(interpolation.issues.map(({ path }) => formatPath(path))),
  );
  return issues.filter(({ path, source }) => source !== undefined || !ignoredPaths.has(formatPath(path)));
}

function createErrorFormatter(file: string, yaml: YamlFile, interpolation: InterpolationResult) {
  return ({ path: issuePath, message, source }: ConfigIssue): ConfigError => {
    if (source) {
      const field = issuePath.join('');
      return { ...source, path: field, message: showMessage(message, '', interpolation), column: 1 };
    }
    const path = formatPath(issuePath);
    return { file, path, message: showMessage(message, path, interpolation), ...yaml.locate(issuePath) };
  };
}

function locateParts(yaml: YamlFile, index: number): NonNullable<WarmEntry['locations']> {
  const locate = (part: WarmPart) => yaml.locate(['warm', index, part]);
  return { document: locate('document'), variables: locate('variables') };
}

function createPositionOf(file: string, yaml: YamlFile): PositionOf {
  return (path) => `${file}:${yaml.locate(path).line}`;
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
