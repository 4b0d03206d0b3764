import { describe, expect, test } from '@jest/globals';
import { isEndpoint, telemetrySchema } from './telemetry.ts';

const endpoint = 'http://127.0.0.1:4318';

test('parses the settings of traces; the values of headers are secret', () => {
  const headers = { Authorization: 'Bearer key' };
  const parsed = telemetrySchema.parse({ otlp: { endpoint, headers }, sampleRatio: 0.01, serviceName: 'gateway' });
  expect(parsed).toMatchObject({ sampleRatio: 0.01, serviceName: 'gateway' });
  expect(parsed.otlp?.endpoint.href).toBe(`${endpoint}/`);
  expect(JSON.stringify(parsed.otlp?.headers)).toBe('{"authorization":"[secret]"}');
});

test.each([
  ['http://collector:4318', true],
  ['https://otlp.example.com/base', true],
  ['collector:4317', false],
  ['grpc://collector:4317', false],
  ['https://user:password@otlp.example.com', false],
  ['https://otlp.example.com/?api-key=secret', false],
])('takes %s as an endpoint: %s', (text, isValid) => {
  expect(isEndpoint(text)).toBe(isValid);
});

describe('problems', () => {
  test.each<[object, string, string]>([
    [{ otlp: {} }, 'otlp.endpoint', 'expected string'],
    [{ otlp: { endpoint, header: {} } }, 'otlp', 'header'],
    [{ otlp: { endpoint, headers: { 'content-type': 'x' } } }, 'otlp.headers.content-type', 'sets this header itself'],
    [{ sampleRatio: 1.5 }, 'sampleRatio', '1'],
    [{ serviceName: '' }, 'serviceName', ''],
  ])('are named by path: %j', (settings, path, message) => {
    const issues = telemetrySchema.safeParse(settings).error?.issues ?? [];
    expect(issues.map((issue) => issue.path.join('.'))).toEqual([path]);
    expect(issues[0]?.message).toContain(message);
  });

  test('of secret headers that would be sent over http to another machine', () => {
    const headers = { 'x-api-key': 'secret' };
    const { error } = telemetrySchema.safeParse({ otlp: { endpoint: 'http://collector:4318', headers } });
    expect(error?.issues).toMatchObject([
      { path: ['otlp', 'endpoint'], message: expect.stringMatching(/^must be https.*http:\/\/collector:4318/) },
    ]);
    expect(JSON.stringify(error?.issues)).not.toContain('secret"');
    expect(telemetrySchema.safeParse({ otlp: { endpoint, headers } }).success).toBe(true);
  });
});
