import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const CRUISER = join(ROOT, 'node_modules/.bin/depcruise');

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

interface CruiserConfig {
  readonly forbidden: readonly { readonly name: string; readonly to: { readonly path?: string | string[] } }[];
}
const { default: config } = (await import(join(ROOT, '.dependency-cruiser.cjs'))) as { default: CruiserConfig };

/** Every violation of the rules below `folder`. */
async function findViolations(folder: string): Promise<readonly Violation[]> {
  const args = [CRUISER, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'];
  const run = promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  // The exit status is the number of violations; the report is printed in any case.
  const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
  return (JSON.parse(stdout) as { summary: { violations: readonly Violation[] } }).summary.violations;
}

interface PlantedFile {
  readonly rule: string;
  readonly file: string;
  readonly text: string;
}

/** A file for each rule that breaks it, so that the rule is seen to fail. */
const PLANTED: readonly PlantedFile[] = [
  { rule: 'domain-imports-nothing', file: 'src/domain/c.ts', text: `import 'zod';` },
  { rule: 'no-vendor-to-vendor', file: 'src/vendors/one/wire.ts', text: `import '../two/index.ts';` },
  { rule: 'vendors-through-index', file: 'src/composition/app.ts', text: `import '../vendors/two/map.ts';` },
  { rule: 'registry-restricted', file: 'src/gather/h.ts', text: `import '../vendors/index.ts';` },
  { rule: 'fakes-do-not-import-clients', file: 'src/vendors/two/sandbox.ts', text: `import './map.ts';` },
  { rule: 'clients-do-not-import-fakes', file: 'src/vendors/two/client.ts', text: `import './sandbox.ts';` },
  { rule: 'observability-behind-ports', file: 'src/server/o.ts', text: `import '../observability/p.ts';` },
  { rule: 'graphiql-isolated', file: 'src/server/i.ts', text: `import '../graphiql/page.ts';` },
  { rule: 'wallboard-isolated', file: 'src/server/w.ts', text: `import '../wallboard/page.ts';` },
  { rule: 'wallboard-through-the-client', file: 'src/wallboard/x.ts', text: `import '../config/k.ts';` },
  { rule: 'sources-do-not-import-tests', file: 'src/config/q.ts', text: `import '../../test/support/r.ts';` },
  { rule: 'sources-do-not-import-tests', file: 'src/config/s.ts', text: `import './t.test.ts';` },
  { rule: 'no-cycles', file: 'src/config/j.ts', text: `import './k.ts';` },
  { rule: 'known-layers-only', file: 'src/helpers/l.ts', text: `import 'node:fs';` },
  { rule: 'resolvable', file: 'src/config/m.ts', text: `import './nowhere.ts';` },
  { rule: 'no-dev-dependencies', file: 'src/config/n.ts', text: `import 'fast-check';` },
];

const SUPPORTING_FILES: Readonly<Record<string, string>> = {
  'src/config/k.ts': `import './j.ts';`,
  'src/config/t.test.ts': '',
  'src/vendors/index.ts': `import './one/index.ts';`,
  'src/vendors/one/index.ts': '',
  'src/vendors/two/index.ts': '',
  'src/vendors/two/map.ts': '',
  'src/graphiql/page.ts': '',
  'src/wallboard/page.ts': '',
  'src/observability/p.ts': '',
  'test/support/r.ts': '',
};

const LAYER_RULE_PREFIX = 'not-above-';
function layerFile(layer: string) {
  return `src/${layer}/planted-layer.ts`;
}
function importFrom(layer: string, other: string) {
  return `import '${posix.relative(`/src/${layer}`, `/src/${other}`)}/planted-layer.ts';`;
}

/** The rules of the layer list, each with the layers that it forbids, read from the configuration itself. */
const LAYER_RULES = config.forbidden
  .filter(({ name }) => name.startsWith(LAYER_RULE_PREFIX))
  .map(({ name, to }) => {
    const layersAbove = [to.path ?? []]
      .flat()
      .map((pattern) => /^\^src\/([\w/-]*\w)\/?\(/.exec(pattern)?.[1] ?? pattern);
    return { rule: name, layer: name.slice(LAYER_RULE_PREFIX.length), layersAbove };
  });

/** For each layer a file that imports from every layer above it. */
const LAYER_FILES: Readonly<Record<string, string>> = Object.fromEntries([
  ...LAYER_RULES.flatMap(({ layersAbove }) => layersAbove.map((above) => [layerFile(above), ''] as const)),
  ...LAYER_RULES.map(({ layer, layersAbove }): readonly [string, string] => [
    layerFile(layer),
    layersAbove.map((above) => importFrom(layer, above)).join('\n'),
  ]),
]);

describe('the dependency rules', () => {
  let planted: readonly Violation[];
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'layers-'));
    for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
      await cp(join(ROOT, name), join(folder, name));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const plantedFiles = Object.fromEntries(PLANTED.map(({ file, text }) => [file, text]));
    for (const [file, text] of Object.entries({ ...LAYER_FILES, ...SUPPORTING_FILES, ...plantedFiles })) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), `${text}\n`);
    }
    planted = await findViolations(folder);
  });

  afterAll(() => rm(folder, { recursive: true }));

  test.each(PLANTED)('reports $file as a violation of $rule', ({ rule, file }) => {
    expect(planted).toContainEqual(
      expect.objectContaining({ from: file, rule: expect.objectContaining({ name: rule }) }),
    );
  });

  test.each(LAYER_RULES)('reports an import from $layer of any layer above it', ({ rule, layer, layersAbove }) => {
    const reported = planted.filter(({ from, rule: { name } }) => name === rule && from === layerFile(layer));
    expect(reported.map(({ to }) => to).toSorted()).toEqual(layersAbove.map(layerFile).toSorted());
  });

  test('every dependency rule has a planted violation, and every planted violation a rule', () => {
    const plantedRules = [...PLANTED, ...LAYER_RULES].map(({ rule }) => rule);
    expect(new Set(plantedRules)).toEqual(new Set(config.forbidden.map(({ name }) => name)));
    expect(LAYER_RULES.length).toBeGreaterThan(10);
  });

  test('the sources violate no dependency rule', async () => {
    expect(await findViolations(ROOT)).toEqual([]);
  });
});
