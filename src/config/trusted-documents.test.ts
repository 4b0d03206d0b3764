import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { vendors } from '../../test/support/config-harness.ts';
import { formatConfigError } from './config-error.ts';
import { type ConfigInspection, inspectConfig } from './load.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-documents-'));
  writeFileSync(join(folder, 'web.json'), '{"sha256:abc":"{ a }"}');
  writeFileSync(join(folder, 'app.json'), '{"def":"{ b }"}');
  writeFileSync(join(folder, 'other.json'), '{"abc":"{ other }"}');
  writeFileSync(join(folder, 'broken.json'), '{');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function inspect(text: string, env: Readonly<Record<string, string>> | null = {}): ConfigInspection {
  return inspectConfig({ text, file: join(folder, 'test.yaml'), env, vendors });
}
function errorLines(text: string): readonly string[] {
  return inspect(text).errors.map((error) => formatConfigError({ ...error, file: 'test.yaml' }));
}

test('is off unless configured', () => {
  expect(inspect('accounts: []').config?.trustedDocuments).toBeUndefined();
});

test('reads the manifest beside the configuration, and accepts free text by default', () => {
  expect(inspect('trustedDocuments: { manifest: web.json }').config?.trustedDocuments).toEqual({
    mode: 'allow',
    files: [join(folder, 'web.json')],
    documents: new Map([['abc', '{ a }']]),
  });
});

test('reads several manifests, by relative and absolute paths', () => {
  const { config } = inspect(`trustedDocuments: { mode: only, manifest: [web.json, ${join(folder, 'app.json')}] }`);
  expect(config?.trustedDocuments?.documents).toEqual(
    new Map([
      ['abc', '{ a }'],
      ['def', '{ b }'],
    ]),
  );
});

test('reports every problem at once, with its path', () => {
  const text = `
server: { port: none }
trustedDocuments:
  manifest: [none.json, broken.json, web.json, other.json]`;
  expect(errorLines(text)).toEqual([
    'test.yaml:2:11: server.port: must be a number: none',
    'test.yaml:4:14: trustedDocuments.manifest[0]: cannot be read: there is no such file: none.json',
    expect.stringMatching(/^test\.yaml:4:25: trustedDocuments\.manifest\[1\]: must be JSON: .*: broken\.json$/),
    'test.yaml:4:48: trustedDocuments.manifest[3]: has another text for the id abc than an earlier manifest',
  ]);
});

test.each([
  ['trustedDocuments: {}', 'trustedDocuments.manifest: must name a file, or list several'],
  ['trustedDocuments: { manifest: [] }', 'trustedDocuments.manifest: must not be empty'],
  ['trustedDocuments: { manifest: 7 }', 'trustedDocuments.manifest: must name a file, or list several'],
  ['trustedDocuments: { manifest: web.json, mode: ony }', 'trustedDocuments.mode: must be allow or only: ony'],
  ['trustedDocuments: { manifests: web.json }', 'is not a known key; did you mean manifest?'],
])('rejects %s', (text, message) => {
  expect(errorLines(text).join('\n')).toContain(message);
});

test('names no path that comes from a placeholder', () => {
  const { errors } = inspect('trustedDocuments: { manifest: "${WHERE}" }', { WHERE: 'CANARY.json' });
  expect(errors.map(formatConfigError).join()).toContain('there is no such file: …');
  expect(errors.map(formatConfigError).join()).not.toContain('CANARY');
});

test('reads no manifest whose path is unknown', () => {
  expect(inspect('trustedDocuments: { manifest: "${WHERE}" }', null).errors).toEqual([]);
});

test('names every other file that the configuration was read from, also those that cannot be read', () => {
  const text = `
auth: { apiKeys: [{ name: "\${file:name.txt}", sha256: "\${file:/etc/switchboard-missing}" }] }
trustedDocuments: { manifest: [web.json, missing.json] }`;
  expect(inspect(text).files).toEqual([
    join(folder, 'name.txt'),
    '/etc/switchboard-missing',
    join(folder, 'web.json'),
    join(folder, 'missing.json'),
  ]);
});
