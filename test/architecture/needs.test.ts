import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { needsOf } from '../support/programs.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The import that shows that a test needs programs. */
const PROGRAMS_BY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'test/support/redis-server.ts': ['redis-server'],
  'test/support/reverse-proxy.ts': ['nginx', 'haproxy'],
  'test/support/kubectl.ts': ['kubectl'],
  'test/support/systemd-analyze.ts': ['systemd-analyze'],
  'test/support/systemd-machine.ts': ['systemd'],
  'test/support/image-container.ts': ['dpkg-query'],
  'test/support/client-libraries.ts': ['client-libraries'],
  'test/support/federation-example.ts': ['hive-gateway'],
  'test/support/c-sharp.ts': ['c-sharp-generator', 'mcs'],
  'test/support/prometheus-server.ts': ['prometheus'],
  'test/support/promtool.ts': ['promtool'],
  'playwright-core': ['chromium'],
};

/** The programs that a file needs, also by what it imports; `seen` are the files that are looked at already. */
function importedNeeds(file: string, seen = new Set<string>()): ReadonlySet<string> {
  const needs = new Set<string>();
  if (seen.has(file)) return needs;
  seen.add(file);
  for (const [, specifier = ''] of readFileSync(join(ROOT, file), 'utf8').matchAll(
    /^(?:import|export|\}).* from '([^']+)'/gm,
  )) {
    const isRelative = specifier.startsWith('.');
    const target = isRelative ? relative(ROOT, resolve(ROOT, dirname(file), specifier)) : specifier;
    const programs = PROGRAMS_BY_IMPORT[target.replaceAll('\\', '/')];
    if (programs) for (const program of programs) needs.add(program);
    // Sources never import tests.
    else if (isRelative && target.startsWith('test')) for (const need of importedNeeds(target, seen)) needs.add(need);
  }
  return needs;
}

const testFiles = globSync('{src,test}/**/*.test.ts', {
  cwd: ROOT,
  exclude: (path) => /fixture|node_modules/.test(path),
});

test('a test file that imports Redis, a browser or another client names the program in its first comment: /** @needs … */', () => {
  const wrong = testFiles.filter((file) => {
    const [declared, imported] = [needsOf(join(ROOT, file)), [...importedNeeds(file)]].map((names) =>
      names.toSorted().join(),
    );
    return declared !== imported;
  });
  expect(wrong).toEqual([]);
});

test('the search for such imports finds those of Redis and of a browser, also through a helper', () => {
  expect([...importedNeeds('src/cache/redis-store.test.ts')]).toEqual(['redis-server']);
  expect([...importedNeeds('test/graphiql/graphiql.test.ts')]).toEqual(['chromium']);
  expect([...importedNeeds('test/architecture/needs.test.ts')]).toEqual([]);
});
