import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildSchema, isObjectType } from 'graphql';
import { readSchemaText } from '../support/schema-text.ts';

const ROOT = join(import.meta.dirname, '../..');
const EXAMPLES = 'examples/clients';

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

interface Snippet {
  /** The file that the paragraph before names last. */
  readonly file: string;
  readonly text: string;
}

function findSnippets(page: string): readonly Snippet[] {
  return [...page.matchAll(/^```\w+\n([\s\S]*?)^```/gm)].map(({ index, 1: text = '' }) => {
    const links = [...page.slice(0, index).matchAll(/\]\(\.\.\/(examples\/clients\/[\w./-]+\.\w+)\)/g)];
    return { file: links.at(-1)?.[1] ?? '', text };
  });
}

/** Lines may be indented and broken otherwise than in the file. */
function normalized(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

describe('docs/clients.md', () => {
  const snippets = findSnippets(read('docs/clients.md'));

  test.each(snippets.map(({ file, text }): [string, string] => [file, text]))(
    'shows what stands in %s',
    (file, text) => {
      expect(normalized(read(file))).toContain(normalized(text));
    },
  );

  test('shows the settings of every client', () => {
    const folders = new Set(snippets.map(({ file }) => file.slice(EXAMPLES.length + 1).replace(/\/.*|\..*/, '')));
    for (const client of ['apollo', 'urql', 'relay', 'gql-tada', 'switchboard-client', 'c-sharp'])
      expect(folders).toContain(client);
  });
});

test('Graphcache has a key, or none, for each type without an id', () => {
  const keys = new Set([...read(`${EXAMPLES}/urql/client.ts`).matchAll(/^ {10}(\w+): \(/gm)].map(([, name]) => name));
  const roots = new Set(['Query', 'Subscription']);
  const schema = buildSchema(readSchemaText());
  const withoutId = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    // Graphcache knows the types of Relay's connections by their names.
    .filter(({ name }) => !/^__|Connection$|Edge$|^PageInfo$/.test(name) && !roots.has(name))
    .filter((type) => !('id' in type.getFields()))
    .map(({ name }) => name);
  expect(withoutId).toContain('Account');
  expect(withoutId.filter((name) => !keys.has(name))).toEqual([]);
});
