import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import jest from '../../jest.config.js';
import { PARTS } from './targets.mjs';

function modules(path) {
  return path.endsWith('.ts') ? [path] : [`${path}.ts`, `${path}/**/*.ts`];
}
function tests(path) {
  return modules(path).map((module) => `<rootDir>/${module.replace(/ts$/, 'test.ts')}`);
}

/** Where the report of a run on that part is written, in https://github.com/stryker-mutator/mutation-testing-elements' form. */
export function reportOf(run) {
  return `.stryker/${run}.json`;
}

/**
 * Breaks the code of a part one place at a time, and runs the tests that come by there.
 *
 * `places` are files, folders (without a slash at the end) or ranges ("file.ts:line:column-line:column", columns from 0).
 * With `everyTest` a mutant that one test has noticed is shown to the others too. The report is read from `reportOf(run)`.
 */
export async function mutate(run, part, { places = part.code, everyTest = false } = {}) {
  // One counterexample is enough; the smallest one takes long.
  process.env.SHRINK = 'no';
  const folder = mkdtempSync(join(tmpdir(), 'mutation-'));
  process.env.MUTATION_FOLDER = folder;
  process.env.EVERY_TEST = everyTest ? 'yes' : 'no';
  await new Stryker({
    mutate: [
      ...places.flatMap((place) => (place.includes(':') ? [place] : modules(place))),
      ...(part.without ?? []).flatMap(modules).map((module) => `!${module}`),
      '!src/**/*.{test,fixture}.ts',
      '!src/vendors/*/conformance.ts',
    ],
    plugins: [import.meta.resolve('@stryker-mutator/jest-runner')],
    testRunner: 'jest',
    testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    jest: {
      projectType: 'custom',
      config: {
        ...jest,
        // Stryker extends it, and finds it by its full name only. A test that lacks its program fails here.
        testEnvironment: 'jest-environment-node',
        testRunner: '<rootDir>/scripts/mutation/jest-circus-per-mutant.mjs',
        testSequencer: '<rootDir>/scripts/mutation/fastest-first-sequencer.mjs',
        testTimeout: 3000,
        testMatch: [
          ...part.tests.flatMap(tests),
          // Jest knows its root folder only where a pattern begins with it.
          ...(part.without ?? []).flatMap(tests).map((test) => test.replace('<rootDir>', '!**')),
        ],
      },
      enableFindRelatedTests: false,
    },
    coverageAnalysis: 'perTest',
    disableBail: everyTest,
    // Of what such a mistake makes wait for ever, there is much.
    timeoutMS: 5000,
    // The sources are stripped of their types, not compiled.
    disableTypeChecks: false,
    reporters: ['progress-append-only', ...(everyTest ? [] : ['clear-text']), 'json'],
    clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
    jsonReporter: { fileName: reportOf(run) },
    tempDirName: '.stryker/copies',
    thresholds: { high: 90, low: 80, break: everyTest ? null : 80 },
  }).runMutationTest();
  rmSync(folder, { recursive: true });
  return JSON.parse(readFileSync(reportOf(run), 'utf8'));
}

/** Null for a name that no part has. */
export function partNamed(name) {
  return Object.hasOwn(PARTS, name ?? '') ? PARTS[name] : null;
}

export function partNames() {
  return Object.keys(PARTS);
}
