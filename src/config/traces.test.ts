import { describe, expect, test } from '@jest/globals';
import { telemetrySchema } from './telemetry.ts';
import { resolveTraces } from './traces.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
const settings = telemetrySchema.parse({ otlp: { endpoint: 'https://otlp.example.com/base/' } });

test('records nothing where no endpoint is configured', () => {
  expect(resolveTraces(undefined, {})).toEqual({ traces: undefined, errors: [] });
  expect(resolveTraces(telemetrySchema.parse({ sampleRatio: 0.5 }), {}).traces).toBeUndefined();
  expect(resolveTraces(undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: '' }).traces).toBeUndefined();
});

test.each([
  ['the file', settings, ENDPOINT, 'https://otlp.example.com/base/v1/traces'],
  ['the variable of all signals', undefined, ENDPOINT, 'http://collector:4318/v1/traces'],
  [
    'the variable of traces, as it is',
    undefined,
    { ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://tempo:4318/otlp' },
    'http://tempo:4318/otlp',
  ],
])('sends traces to the endpoint of %s', (_, file, env, url) => {
  expect(resolveTraces(file, env).traces?.url.href).toBe(url);
});

test.each([{ OTEL_SDK_DISABLED: 'true' }, { OTEL_SDK_DISABLED: 'TRUE' }, { OTEL_TRACES_EXPORTER: 'none' }])(
  'records nothing with %j, whatever else is set',
  (env) => {
    expect(resolveTraces(settings, { ...ENDPOINT, ...env, OTEL_TRACES_SAMPLER: 'wrong' })).toEqual({
      traces: undefined,
      errors: [],
    });
  },
);

describe('sampling', () => {
  test.each<[object, object]>([
    [{}, { root: 'on', isParentBased: true }],
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, { root: 'on', isParentBased: false }],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, { root: 'off', isParentBased: true }],
    [
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' },
      { root: 0.25, isParentBased: false },
    ],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio' }, { root: 1, isParentBased: true }],
    [{ OTEL_TRACES_SAMPLER_ARG: '0.25' }, { root: 'on', isParentBased: true }],
  ])('is what the environment says: %j', (env, sampler) => {
    expect(resolveTraces(settings, { ...env })).toMatchObject({ traces: { sampler }, errors: [] });
  });

  test('is the ratio of the file, where it has one', () => {
    const file = { ...settings, sampleRatio: 0.01 };
    const env = { OTEL_TRACES_SAMPLER: 'always_off' };
    expect(resolveTraces(file, env).traces?.sampler).toEqual({ root: 0.01, isParentBased: true });
  });
});

describe('problems of the environment', () => {
  test.each<[string, string, string]>([
    [
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'collector:4317',
      'must be an http(s) URL without a user name, password, query or fragment: collector:4317',
    ],
    [
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'grpc',
      'must be http/protobuf, the only protocol that the gateway speaks (port 4318 of a collector): grpc',
    ],
    [
      'OTEL_TRACES_SAMPLER',
      'jaeger_remote',
      'must be one of always_on, always_off, traceidratio, or one of them after parentbased_: jaeger_remote',
    ],
    [
      'OTEL_TRACES_SAMPLER',
      'constructor',
      'must be one of always_on, always_off, traceidratio, or one of them after parentbased_: constructor',
    ],
  ])('name the variable %s', (path, value, message) => {
    expect(resolveTraces(undefined, { ...ENDPOINT, [path]: value })).toEqual({
      traces: undefined,
      errors: [{ file: 'environment', path, message }],
    });
  });

  test.each(['2', 'half'])('name the ratio %s', (ratio) => {
    const env = { ...ENDPOINT, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: ratio };
    expect(resolveTraces(undefined, env).errors).toMatchObject([{ path: 'OTEL_TRACES_SAMPLER_ARG' }]);
  });

  test('are reported at once, and quote no URL that may hold a password', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:secret@collector', OTEL_TRACES_SAMPLER: 'wrong' };
    const { errors } = resolveTraces(undefined, env);
    expect(errors.map(({ path }) => path)).toEqual(['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_TRACES_SAMPLER']);
    expect(JSON.stringify(errors)).not.toContain('secret');
  });
});
