import { readFile } from 'node:fs/promises';
import { getStringFromEnv, parseKeyPairsIntoRecord } from '@opentelemetry/core';
import {
  createOtlpNetworkExportDelegate,
  getSharedConfigurationDefaults,
  mergeOtlpSharedConfigurationWithDefaults,
  OTLPExporterBase,
} from '@opentelemetry/otlp-exporter-base';
import {
  createOtlpHttpExporterMetrics,
  getSharedConfigurationFromEnvironment,
} from '@opentelemetry/otlp-exporter-base/node-http';
import { ProtobufTraceSerializer, TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { Agent } from 'undici';
import packageJson from '../../../package.json' with { type: 'json' };
import type { TracesConfig } from '../../config/traces.ts';
import { systemClock } from '../../domain/clock.ts';
import { SECOND } from '../../domain/time.ts';
import { createOtlpTransport } from './otlp-transport.ts';

/** Longer than the interval of the exports. */
const KEEP_ALIVE_MS = 30 * SECOND;

/** https://opentelemetry.io/docs/specs/otel/protocol/exporter/#user-agent */
const USER_AGENT = `switchboard/${packageJson.version} OTel-OTLP-Exporter-JavaScript/${packageJson.dependencies['@opentelemetry/otlp-exporter-base']}`;

export interface OtlpExporterOptions extends Pick<TracesConfig, 'url' | 'headers'> {
  /** How many exports may run at the same time. */
  readonly concurrency: number;
}

/** Sends spans to a collector, with the headers, certificates, timeout and compression of OpenTelemetry's variables. */
export function createOtlpExporter({ url, headers, concurrency }: OtlpExporterOptions): SpanExporter {
  const config = mergeOtlpSharedConfigurationWithDefaults(
    { concurrencyLimit: concurrency },
    getSharedConfigurationFromEnvironment('TRACES'),
    getSharedConfigurationDefaults(),
  );
  const transport = createOtlpTransport({
    url,
    headers: combineHeaders(headers),
    compression: config.compression,
    dispatcher: connect(url, config.timeoutMillis),
    clock: systemClock,
    random: Math.random,
  });
  // The SDK's own metrics, which are not collected.
  const metrics = createOtlpHttpExporterMetrics(
    'otlp_http_span_exporter',
    TraceExporterMetricsHelper,
    url.href,
    undefined,
  );
  return new OTLPExporterBase(createOtlpNetworkExportDelegate(config, ProtobufTraceSerializer, metrics, transport));
}

/** A header of the file takes the place of the variables' header of the same name. */
function combineHeaders(headers: TracesConfig['headers']): Readonly<Record<string, string>> {
  const ofEnvironment = VARIABLE_PREFIXES.toReversed().flatMap((prefix) =>
    Object.entries(parseKeyPairsIntoRecord(getStringFromEnv(`${prefix}_HEADERS`))),
  );
  const ofFile = Object.entries(headers).map(([name, value]) => [name, value.reveal()] as const);
  const all = [...ofEnvironment, ...ofFile].map(([name, value]) => [name.toLowerCase(), value] as const);
  return { ...Object.fromEntries(all), 'user-agent': USER_AGENT };
}

/** The more specific one first. */
const VARIABLE_PREFIXES = ['OTEL_EXPORTER_OTLP_TRACES', 'OTEL_EXPORTER_OTLP'] as const;

async function connect({ protocol }: URL, timeoutMs: number): Promise<Agent> {
  return new Agent({
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectTimeout: timeoutMs,
    allowH2: false,
    connect: protocol === 'https:' ? await readCertificates() : {},
  });
}

async function readCertificates() {
  const [ca, cert, key] = await Promise.all(['CERTIFICATE', 'CLIENT_CERTIFICATE', 'CLIENT_KEY'].map(readNamedFile));
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

async function readNamedFile(name: string): Promise<Buffer | undefined> {
  const [path] = VARIABLE_PREFIXES.flatMap((prefix) => getStringFromEnv(`${prefix}_${name}`) ?? []);
  return path === undefined ? undefined : readFile(path);
}
