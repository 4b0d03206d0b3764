import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace';
import { flushPromises } from '../../../test/support/flush-promises.ts';
import { type CollectorOptions, type OtlpCollector, startOtlpCollector } from '../../../test/support/otlp-collector.ts';
import { selfSignedCertificate } from '../../../test/support/self-signed-certificate.ts';
import { Secret } from '../../config/secret.ts';
import { createOtlpExporter } from './otlp-exporter.ts';

const EXPORTED: ExportResult = { code: ExportResultCode.SUCCESS };
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-otlp-'));
  writeFileSync(pathOf('cert'), selfSignedCertificate.cert);
  writeFileSync(pathOf('key'), selfSignedCertificate.key);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const collectors: OtlpCollector[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  for (const collector of collectors.splice(0)) {
    await collector.stop();
    expect(collector.problems()).toEqual([]);
  }
});

function pathOf(name: 'cert' | 'key' | 'missing'): string {
  return join(folder, `${name}.pem`);
}

/** Sets variables that begin with OTEL_EXPORTER_OTLP_ in place of those that were set. */
function setVariables(variables: Readonly<Record<string, string>>): void {
  const named = Object.entries(variables).map(([name, value]) => [`OTEL_EXPORTER_OTLP_${name}`, value]);
  jest.replaceProperty(process, 'env', Object.fromEntries(named) as NodeJS.ProcessEnv);
}

async function startCollector(options: CollectorOptions = {}): Promise<OtlpCollector> {
  const collector = await startOtlpCollector(options);
  collectors.push(collector);
  return collector;
}

function endedSpans(...names: readonly string[]): ReadableSpan[] {
  const spans: ReadableSpan[] = [];
  const processor = {
    onStart: () => undefined,
    onEnd: (span: ReadableSpan) => spans.push(span),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('switchboard', '1.0.0');
  for (const name of names) tracer.startSpan(name).end();
  return spans;
}

/** Exports each of the names on its own, with an exporter that is shut down at the end; returns the last result. */
async function exportTo(
  baseUrl: string,
  { headers = {}, names = ['a'] }: { headers?: Readonly<Record<string, Secret>>; names?: readonly string[] } = {},
): Promise<ExportResult> {
  const exporter = createOtlpExporter({ url: new URL(`${baseUrl}/v1/traces`), headers, concurrency: 2 });
  let last = EXPORTED;
  for (const name of names) {
    last = await new Promise<ExportResult>((resolve) => {
      exporter.export(endedSpans(name), resolve);
    });
    // The connection is free once the end of the response has been handled.
    await flushPromises();
  }
  await exporter.shutdown();
  return last;
}

describe('an export', () => {
  test('has the headers of the variables and of the file, which come first, and a user agent', async () => {
    const collector = await startCollector();
    setVariables({
      HEADERS: 'authorization=of%20all,x-all=a%20b,x-both=all,user-agent=other',
      TRACES_HEADERS: 'X-Both=traces,content-type=other',
    });
    expect(await exportTo(collector.url, { headers: { Authorization: new Secret('of the file') } })).toEqual(EXPORTED);
    const [request] = collector.requests();
    expect(request?.headersDistinct).toMatchObject({
      authorization: ['of the file'],
      'x-all': ['a b'],
      'x-both': ['traces'],
      'content-type': ['application/x-protobuf'],
      'user-agent': [
        expect.stringMatching(/^switchboard\/\d+\.\d+\.\d+ OTel-OTLP-Exporter-JavaScript\/\d+\.\d+\.\d+$/),
      ],
    });
  });

  test('uses the connection of the one before', async () => {
    const collector = await startCollector();
    expect(await exportTo(collector.url, { names: ['a', 'b', 'c'] })).toEqual(EXPORTED);
    expect(collector.spans().map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(new Set(collector.requests().map(({ socket }) => socket)).size).toBe(1);
  });

  test.each(['COMPRESSION', 'TRACES_COMPRESSION'])('is compressed with OTEL_EXPORTER_OTLP_%s', async (variable) => {
    const collector = await startCollector();
    setVariables({ [variable]: 'gzip' });
    expect(await exportTo(collector.url)).toEqual(EXPORTED);
    expect(collector.requests()[0]?.headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(collector.spans().map(({ name }) => name)).toEqual(['a']);
  });

  test('of which the collector left spans out has succeeded, and is not sent again', async () => {
    // ExportTraceServiceResponse: partial_success { rejected_spans: 1, error_message: "no" }
    const partialSuccess = Buffer.from([0x0a, 0x06, 0x08, 0x01, 0x12, 0x02, 0x6e, 0x6f]);
    const collector = await startCollector({ responseBody: partialSuccess });
    expect(await exportTo(collector.url)).toEqual(EXPORTED);
    expect(collector.requests()).toHaveLength(1);
  });
});

describe('an export that fails', () => {
  test('has the status', async () => {
    const collector = await startCollector();
    collector.answerWith(403);
    expect(await exportTo(collector.url)).toMatchObject({ code: ExportResultCode.FAILED, error: { code: 403 } });
  });

  test('has the last status within the timeout of the variable', async () => {
    const collector = await startCollector();
    collector.answerWith(503);
    setVariables({ TIMEOUT: '100' });
    expect(await exportTo(collector.url)).toMatchObject({ error: { code: 503 } });
    expect(collector.requests()).toHaveLength(1);
  });

  test('has the code of the network error', async () => {
    const collector = await startOtlpCollector();
    await collector.stop();
    setVariables({ TRACES_TIMEOUT: '100' });
    expect(await exportTo(collector.url)).toMatchObject({ error: { code: 'ECONNREFUSED' } });
  });

  test('ends with the timeout where nothing is answered', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    silent.unref();
    setVariables({ TIMEOUT: '100' });
    const { port } = silent.address() as AddressInfo;
    const result = await exportTo(`http://127.0.0.1:${port}`);
    silent.close();
    expect(result).toMatchObject({ error: { code: 'ETIMEDOUT' } });
  });
});

describe('over https', () => {
  // Of HTTP/2 only the name: exports use HTTP/1.1, also where a collector would rather not.
  const tls = { ...selfSignedCertificate, ALPNProtocols: ['h2', 'http/1.1'] };
  const mutualTls = { ...tls, ca: selfSignedCertificate.cert, requestCert: true, rejectUnauthorized: true };

  test.each(['CERTIFICATE', 'TRACES_CERTIFICATE'])(
    'trusts the certificate of OTEL_EXPORTER_OTLP_%s, and no other',
    async (variable) => {
      const collector = await startCollector({ tls });
      expect(await exportTo(collector.url)).toMatchObject({ error: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
      setVariables({ [variable]: pathOf('cert') });
      expect(await exportTo(collector.url)).toEqual(EXPORTED);
    },
  );

  test('presents the certificate of the variables', async () => {
    const collector = await startCollector({ tls: mutualTls });
    setVariables({ CERTIFICATE: pathOf('cert'), TIMEOUT: '500' });
    expect(await exportTo(collector.url)).toMatchObject({ code: ExportResultCode.FAILED });
    setVariables({
      CERTIFICATE: pathOf('cert'),
      TRACES_CLIENT_CERTIFICATE: pathOf('cert'),
      CLIENT_KEY: pathOf('key'),
    });
    expect(await exportTo(collector.url)).toEqual(EXPORTED);
  });

  test('fails where a file is missing, which plain http does not read', async () => {
    setVariables({ CERTIFICATE: pathOf('missing') });
    const collector = await startCollector({ tls });
    expect(await exportTo(collector.url)).toMatchObject({ error: { code: 'ENOENT' } });
    expect(await exportTo((await startCollector()).url)).toEqual(EXPORTED);
  });
});
