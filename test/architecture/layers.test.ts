import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const CRUISER = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

/** Every violation of the rules below `folder`. */
async function findViolations(folder: string): Promise<readonly Violation[]> {
  const args = [CRUISER, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'];
  const run = promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  // With violations it exits with their number, and the report is there all the same.
  const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
  return (JSON.parse(stdout) as { summary: { violations: readonly Violation[] } }).summary.violations;
}

// For each rule a file that breaks it, and no other way of seeing that the rule bites.
const PLANTED: readonly { readonly rule: string; readonly file: string; readonly text: string }[] = [
  { rule: 'not-above-domain', file: 'src/domain/a.ts', text: `import '../http/b.ts';` },
  { rule: 'domain-imports-nothing', file: 'src/domain/c.ts', text: `import 'zod';` },
  { rule: 'not-above-http', file: 'src/http/b.ts', text: `import '../cache/d.ts';` },
  { rule: 'not-above-request', file: 'src/request/o.ts', text: `import '../vendors/vendor.ts';` },
  { rule: 'not-above-planning', file: 'src/planning/p.ts', text: `import '../graphql/f.ts';` },
  { rule: 'not-above-cache', file: 'src/cache/d.ts', text: `import '../vendors/one/index.ts';` },
  { rule: 'not-above-vendors', file: 'src/vendors/one/map.ts', text: `import '../../gather/e.ts';` },
  { rule: 'not-above-gather', file: 'src/gather/e.ts', text: `import '../graphql/f.ts';` },
  { rule: 'not-above-graphql', file: 'src/graphql/f.ts', text: `import '../server/g.ts';` },
  { rule: 'not-above-server', file: 'src/server/g.ts', text: `import '../app.ts';` },
  { rule: 'vendors-apart', file: 'src/vendors/one/wire.ts', text: `import '../two/index.ts';` },
  { rule: 'vendors-by-the-door', file: 'src/composition/app.ts', text: `import './vendors/two/map.ts';` },
  { rule: 'registry-is-for-few', file: 'src/gather/h.ts', text: `import '../vendors/index.ts';` },
  { rule: 'fakes-apart-from-clients', file: 'src/vendors/two/sandbox.ts', text: `import './map.ts';` },
  { rule: 'clients-apart-from-fakes', file: 'src/vendors/two/client.ts', text: `import './sandbox.ts';` },
  { rule: 'observability-behind-ports', file: 'src/server/o.ts', text: `import '../observability/p.ts';` },
  { rule: 'browser-apart', file: 'src/server/i.ts', text: `import '../graphiql/page.ts';` },
  { rule: 'no-cycles', file: 'src/config/j.ts', text: `import './k.ts';` },
  { rule: 'known-layers-only', file: 'src/helpers/l.ts', text: `import 'node:fs';` },
  { rule: 'resolvable', file: 'src/config/m.ts', text: `import './nowhere.ts';` },
  { rule: 'no-dev-dependencies', file: 'src/config/n.ts', text: `import 'fast-check';` },
];

const SUPPORTING_FILES: Readonly<Record<string, string>> = {
  'src/config/k.ts': `import './j.ts';`,
  'src/vendors/vendor.ts': '',
  'src/vendors/index.ts': `import './one/index.ts';`,
  'src/vendors/one/index.ts': '',
  'src/vendors/two/index.ts': '',
  'src/vendors/two/map.ts': '',
  'src/graphiql/page.ts': '',
  'src/observability/p.ts': '',
};

describe('the layers', () => {
  let planted: readonly Violation[];
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'layers-'));
    await cp(join(ROOT, '.dependency-cruiser.cjs'), join(folder, '.dependency-cruiser.cjs'));
    await cp(join(ROOT, 'tsconfig.json'), join(folder, 'tsconfig.json'));
    await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const files = { ...SUPPORTING_FILES, ...Object.fromEntries(PLANTED.map(({ file, text }) => [file, text])) };
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), `${text}\n`);
    }
    planted = await findViolations(folder);
  });

  afterAll(() => rm(folder, { recursive: true }));

  test.each(PLANTED)('$rule catches $file', ({ rule, file }) => {
    expect(planted).toContainEqual(
      expect.objectContaining({ from: file, rule: expect.objectContaining({ name: rule }) }),
    );
  });

  test('every rule has a planted violation, or is one of the layering rules of the same make', async () => {
    const { default: config } = (await import(join(ROOT, '.dependency-cruiser.cjs'))) as {
      default: { forbidden: readonly { name: string }[] };
    };
    const plantedRules = new Set(PLANTED.map(({ rule }) => rule));
    const unplantedRules = config.forbidden.map(({ name }) => name).filter((name) => !plantedRules.has(name));
    expect(unplantedRules.filter((name) => !name.startsWith('not-above-'))).toEqual([]);
  });

  test('the sources break none', async () => {
    expect(await findViolations(ROOT)).toEqual([]);
  });
});
