import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as documents from './generated/documents.ts';
import { toTypedDocument, type TypedDocument } from './typed-document.ts';

const all = Object.values<TypedDocument<unknown, never>>(documents);
const manifest = JSON.parse(readFileSync(new URL('../documents.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, string>
>;

test('has the text, and an id where one is given', () => {
  const document = toTypedDocument('{ a }', 'sha256:abc');
  expect([String(document), document.documentId]).toEqual(['{ a }', 'sha256:abc']);
  expect(toTypedDocument('{ a }')).toBe('{ a }');
});

test('every document of the package is in its manifest, by the hash of the text that the client sends', () => {
  expect(all.length).toBeGreaterThan(3);
  const entries = all.map((document) => [
    `sha256:${createHash('sha256').update(String(document)).digest('hex')}`,
    String(document),
  ]);
  expect(manifest).toEqual(Object.fromEntries(entries));
  expect(all.map(({ documentId }) => documentId)).toEqual(entries.map(([id]) => id));
});
