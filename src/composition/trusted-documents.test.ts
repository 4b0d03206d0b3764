import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { manualClock } from '../../test/support/clock.ts';
import { readManifest } from '../config/document-manifest.ts';
import { settingsShape } from '../config/settings.ts';
import { connectTrustedDocuments } from './trusted-documents.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-trusted-'));
  file = join(folder, 'documents.json');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const schema = buildSchema('type Query { a: Int }');
const limits = settingsShape.limits.parse({});

function connect(manifest: object, pageManifest?: string) {
  writeFileSync(file, JSON.stringify(manifest));
  const content = readManifest(file);
  if ('problem' in content) throw new Error(content.problem);
  const clock = manualClock(0);
  const lines: unknown[] = [];
  const log = (fields: object, message: string) => lines.push({ ...fields, message });
  const documents = connectTrustedDocuments({
    config: { limits, trustedDocuments: { mode: 'only', files: [file], documents: content.documents } },
    schema,
    clock,
    logger: { info: log, warn: log },
    pageManifest,
  });
  if (!documents) throw new Error('there are no documents');
  /** Looks a document up once the manifest may be read again. */
  const findLater = (id: string) => {
    clock.advance(5000);
    return documents.find(id);
  };
  return { documents, lines, findLater };
}

test('connects nothing that is not configured', () => {
  const logger = { info: fail, warn: fail };
  expect(connectTrustedDocuments({ config: { limits }, schema, clock: manualClock(0), logger })).toBeUndefined();
});

test('has the documents of the page, whose ids mean what the configuration says', () => {
  const pageManifest = join(folder, 'page.json');
  writeFileSync(pageManifest, JSON.stringify({ board: 'query Board { a }', good: '{ a }' }));
  const { documents, lines } = connect({ good: 'query Good { a }' }, pageManifest);
  expect(documents.find('board')).toEqual({ text: 'query Board { a }', operationName: 'Board' });
  expect(documents.find('good')).toMatchObject({ operationName: 'Good' });
  expect(lines).toEqual([]);
});

test('has only what is configured where the page is not built', () => {
  const { documents } = connect({ good: 'query Good { a }' }, join(folder, 'none.json'));
  expect(documents.find('good')).toBeDefined();
});

test('warns of invalid documents, and keeps them', () => {
  const { documents, lines } = connect({ good: 'query Good { a }', old: 'query Old { removed }' });
  expect(documents.mode).toBe('only');
  expect(documents.find('good')).toEqual({ text: 'query Good { a }', operationName: 'Good' });
  expect(documents.find('old')).toMatchObject({ operationName: 'Old' });
  expect(lines).toEqual([
    {
      documentId: 'old',
      operation: 'Old',
      problem: 'Cannot query field "removed" on type "Query".',
      message: 'a trusted document is not valid',
    },
  ]);
});

test('finds a document that was added to the manifest, and logs that', async () => {
  const { lines, findLater } = connect({ good: '{ a }' });
  writeFileSync(file, JSON.stringify({ good: '{ a }', new: 'query New { a }', bad: '{ b }' }));
  expect(await findLater('new')).toEqual({ text: 'query New { a }', operationName: 'New' });
  expect(lines).toEqual([
    { added: 2, documents: 3, message: 'trusted documents added' },
    expect.objectContaining({ documentId: 'bad', message: 'a trusted document is not valid' }),
  ]);
  expect(await findLater('other')).toBeUndefined();
  expect(lines).toHaveLength(2);
});

test('logs once that a manifest cannot be read again, and keeps what it had', async () => {
  const { documents, lines, findLater } = connect({ good: '{ a }' });
  writeFileSync(file, '{');
  expect(await findLater('new')).toBeUndefined();
  expect(await findLater('new')).toBeUndefined();
  rmSync(file);
  expect(await findLater('new')).toBeUndefined();
  expect(documents.find('good')).toBeDefined();
  expect(lines).toEqual([
    {
      file,
      problem: expect.stringContaining('must be JSON'),
      message: expect.stringContaining('cannot be read again'),
    },
    { file, problem: 'cannot be read: there is no such file', message: expect.any(String) },
  ]);
});

function fail(): never {
  throw new Error('nothing is logged');
}
