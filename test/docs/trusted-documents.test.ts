import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

test('docs/trusted-documents.md shows ids of the client’s manifest', () => {
  const ids = read('docs/trusted-documents.md').match(/sha256:[0-9a-f]{64}/g) ?? [];
  expect(ids.length).toBeGreaterThan(1);
  const manifest = JSON.parse(read('packages/client/documents.json')) as Readonly<Record<string, string>>;
  expect(ids.filter((id) => !(id in manifest))).toEqual([]);
});
