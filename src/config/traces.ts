import type { ConfigError } from './config-error.ts';
import { ENVIRONMENT } from './env-overrides.ts';
import { showValues, withUrl } from './named-value.ts';
import type { Environment } from './placeholder.ts';
import type { Secret } from './secret.ts';
import { ENDPOINT_MESSAGE, isEndpoint, type TelemetrySettings } from './telemetry.ts';

/** Which traces are recorded: all, none, or a share of those that begin here, and whether a caller's decision comes first. */
export interface TraceSampling {
  readonly root: 'on' | 'off' | number;
  readonly isParentBased: boolean;
}

/** Where traces are sent, and which. */
export interface TracesConfig {
  readonly url: URL;
  readonly headers: Readonly<Record<string, Secret>>;
  readonly sampler: TraceSampling;
  /** Absent: what the environment says, else `switchboard`. */
  readonly serviceName: string | undefined;
}

export interface TracesResolution {
  /** Absent: nothing is traced. */
  readonly traces: TracesConfig | undefined;
  readonly errors: readonly ConfigError[];
}

/**
 * Combines the file's settings with OpenTelemetry's variables
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/), which count where the file says nothing. An
 * empty variable counts as not set. The exporter reads those of headers, certificates, timeout and compression itself.
 */
export function resolveTraces(settings: TelemetrySettings | undefined, env: Environment): TracesResolution {
  const isDisabled = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none';
  const isConfigured = settings?.otlp !== undefined || Boolean(findEndpointVariable(env));
  if (isDisabled || !isConfigured) return { traces: undefined, errors: [] };
  const errors: ConfigError[] = [];
  const report = (path: string, message: string) => {
    errors.push({ file: ENVIRONMENT, path, message: showValues(withUrl(message, env[path])) });
  };
  const url = settings?.otlp ? joinTracesPath(settings.otlp.endpoint) : readEndpoint(env, report);
  checkProtocol(env, report);
  const sampler = readSampler(settings?.sampleRatio, env, report);
  const traces = url && {
    url,
    headers: settings?.otlp?.headers ?? {},
    sampler,
    serviceName: settings?.serviceName,
  };
  return errors.length > 0 ? { traces: undefined, errors } : { traces, errors };
}

type ReportProblem = (variable: string, message: string) => void;

const BASE_ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const TRACES_ENDPOINT = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';

function findEndpointVariable(env: Environment) {
  return [TRACES_ENDPOINT, BASE_ENDPOINT].find((name) => env[name]);
}

function readEndpoint(env: Environment, report: ReportProblem): URL | undefined {
  const name = findEndpointVariable(env);
  const text = env[name ?? ''];
  if (name === undefined || text === undefined) return undefined;
  if (!isEndpoint(text)) {
    report(name, ENDPOINT_MESSAGE);
    return undefined;
  }
  return name === BASE_ENDPOINT ? joinTracesPath(new URL(text)) : new URL(text);
}

function joinTracesPath(endpoint: URL): URL {
  return new URL(`${endpoint.href.replace(/\/$/, '')}/v1/traces`);
}

const PROTOCOL_VARIABLES = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'];

function checkProtocol(env: Environment, report: ReportProblem): void {
  const name = PROTOCOL_VARIABLES.find((variable) => env[variable]);
  if (name !== undefined && env[name] !== 'http/protobuf')
    report(name, 'must be http/protobuf, the only protocol that the gateway speaks (port 4318 of a collector)');
}

const SAMPLERS: ReadonlyMap<string, TraceSampling['root'] | 'ratio'> = new Map([
  ['always_on', 'on'],
  ['always_off', 'off'],
  ['traceidratio', 'ratio'],
] as const);

function readSampler(sampleRatio: number | undefined, env: Environment, report: ReportProblem): TraceSampling {
  if (sampleRatio !== undefined) return { root: sampleRatio, isParentBased: true };
  const name = [env.OTEL_TRACES_SAMPLER, 'parentbased_always_on'].find(Boolean) ?? '';
  const root = SAMPLERS.get(name.replace(/^parentbased_/, ''));
  if (root === undefined) {
    const names = [...SAMPLERS.keys()].join(', ');
    report('OTEL_TRACES_SAMPLER', `must be one of ${names}, or one of them after parentbased_`);
  }
  const isParentBased = name.startsWith('parentbased_');
  return { root: root === 'ratio' ? readRatio(env, report) : (root ?? 'on'), isParentBased };
}

function readRatio({ OTEL_TRACES_SAMPLER_ARG: text }: Environment, report: ReportProblem): number {
  const ratio = text ? Number(text) : 1;
  if (ratio >= 0 && ratio <= 1) return ratio;
  report('OTEL_TRACES_SAMPLER_ARG', 'must be a number from 0 to 1');
  return 1;
}
