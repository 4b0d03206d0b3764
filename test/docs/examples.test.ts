import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ASTVisitor, buildSchema, GraphQLError, Kind, parse, validate, type ValidationContext } from 'graphql';
import { exampleVariables } from '../../src/graphiql/example-variables.ts';
import { openEventStream } from '../support/event-stream.ts';
import { readSchemaText } from '../support/schema-text.ts';
import { type Gateway, NOW, startWorld, type World } from '../support/world.ts';

/** Every query that a document shows is executed against the sandbox, as a reader would paste it. */

const ROOT = new URL('../../', import.meta.url);
function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}
const markdownFiles = ['README.md', ...readdirSync(new URL('docs/', ROOT)).filter((name) => name.endsWith('.md'))].map(
  (name) => (name === 'README.md' ? name : `docs/${name}`),
);

interface Example {
  readonly title: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Queries in fenced `graphql` blocks that are operations, not schema excerpts. The next `json` block has the variables. */
function findFencedQueries(file: string): readonly Example[] {
  return [...read(file).matchAll(/^```graphql\n([\s\S]*?)^```(?:[^`]*^```json\n([\s\S]*?)^```)?/gm)]
    .filter(([, query = '']) => /^\s*(#|\{|query\b|subscription\b)/.test(query))
    .map(([, query = '', variables], index) => ({
      title: `${file}, query ${index + 1}`,
      query,
      variables: query.includes('$') ? (JSON.parse(variables ?? '{}') as Record<string, unknown>) : {},
    }));
}

/** Queries in the commands of fenced `sh` blocks: a JSON body, or a parameter of a GET. */
function findCurlQueries(file: string): readonly Example[] {
  const commands = [...read(file).matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
  const bodies = commands.flatMap((text) => [...text.matchAll(/--data-binary '(\{[\s\S]*?\})'$/gm)]);
  const parameters = commands.flatMap((text) => [...text.matchAll(/--data-urlencode 'query=([^']*)'/g)]);
  return [
    ...bodies.map(([, body = '']) => (JSON.parse(body) as { readonly query: string }).query),
    ...parameters.map(([, query = '']) => query),
  ].map((query, index) => ({ title: `${file}, curl ${index + 1}`, query, variables: {} }));
}

const queriesFolder = 'examples/queries/';
const examples: readonly Example[] = [
  ...markdownFiles.flatMap((file) => [...findFencedQueries(file), ...findCurlQueries(file)]),
  ...readdirSync(new URL(queriesFolder, ROOT)).map((name) => ({
    title: name,
    query: read(queriesFolder + name),
    variables: exampleVariables(NOW),
  })),
];

const schema = buildSchema(readSchemaText());

/** A validation rule: a page of entries must be small on purpose or select `pageInfo`, so that a cut list shows. */
function pageInfoRule(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      const isPaginated = context.getFieldDef()?.args.some(({ name }) => name === 'after') === true;
      const first = node.arguments?.find(({ name }) => name.value === 'first')?.value;
      const isDeliberatelySmall = first?.kind === Kind.INT && Number(first.value) <= 3;
      if (!isPaginated || isDeliberatelySmall) return;
      const selected = (node.selectionSet?.selections ?? []).map((field) =>
        field.kind === Kind.FIELD ? field.name.value : '',
      );
      if (selected.some((name) => name === 'nodes' || name === 'edges') && !selected.includes('pageInfo'))
        context.reportError(new GraphQLError(node.name.value));
    },
  };
}

function findSilentPages(query: string): readonly string[] {
  return validate(schema, parse(query), [pageInfoRule]).map(({ message }) => message);
}

/** Paths of a sample answer that the actual answer lacks; `"…"` stands for anything. */
function findMissing(sample: unknown, actual: unknown, path = ''): readonly string[] {
  if (sample === '…') return [];
  if (Array.isArray(sample)) {
    if (!Array.isArray(actual)) return [path];
    const entries = actual as readonly unknown[];
    return sample.flatMap((entry) =>
      entries.some((candidate) => findMissing(entry, candidate).length === 0) ? [] : [`${path}[]`],
    );
  }
  if (typeof sample === 'object' && sample !== null) {
    if (typeof actual !== 'object' || actual === null) return [path];
    const fields = actual as Readonly<Record<string, unknown>>;
    return Object.entries(sample).flatMap(([key, value]) => findMissing(value, fields[key], `${path}.${key}`));
  }
  return typeof sample === typeof actual ? [] : [path];
}

describe('examples of the documents', () => {
  let world: World;
  let gateway: Gateway;

  beforeAll(async () => {
    world = await startWorld();
    gateway = await world.startGateway();
  });
  afterAll(async () => {
    await world.stop();
  });

  test('include queries of the README, in both forms, and of examples/queries', () => {
    const titles = examples.map(({ title }) => title);
    expect(titles).toEqual(
      expect.arrayContaining(['README.md, query 1', 'README.md, curl 1', 'README.md, curl 2', 'wallboard-now.graphql']),
    );
  });

  /** The answer to a query, or the first event of a subscription. */
  async function run({ query, variables }: Example) {
    if (!/^subscription\b/m.test(query)) return gateway.query<Record<string, unknown>>(query, variables);
    const stream = await openEventStream(gateway.url, { query, variables });
    const result = await stream.nextResult();
    stream.close();
    return result as { readonly data: Record<string, unknown>; readonly errors?: unknown };
  }

  test.each(examples)('$title runs without an error', async (example) => {
    const { data, errors } = await run(example);
    expect(errors).toBeUndefined();
    expect(Object.values(data).some((value) => value === null)).toBe(false);
  });

  test.each(examples)('$title asks whether more pages follow', ({ query }) => {
    expect(findSilentPages(query)).toEqual([]);
  });

  test('finds a list without pageInfo', () => {
    expect(findSilentPages('{ agents { nodes { sessions(during: {}) { edges { cursor } } } } }')).toEqual([
      'agents',
      'sessions',
    ]);
    expect(findSilentPages('{ agents(first: 1) { nodes { id } } }')).toEqual([]);
  });

  test('the README shows an answer of the form that its first query returns', async () => {
    const [example] = findCurlQueries('README.md');
    const sample: unknown = JSON.parse(/^```json\n([\s\S]*?)^```/m.exec(read('README.md'))?.[1] ?? '');
    const { data } = await gateway.query(example?.query ?? '');
    expect(findMissing(sample, { data })).toEqual([]);
    expect(findMissing({ data: { statusCounts: { pages: 1 } } }, { data })).toEqual(['.data.statusCounts.pages']);
  });
});
