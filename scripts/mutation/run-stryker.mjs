import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import jest from '../../jest.config.js';
import { TARGETS } from './targets.mjs';

/** Returns the globs of a source file or folder. */
function sourceGlobs(path) {
  return path.endsWith('.ts') ? [path] : [`${path}.ts`, `${path}/**/*.ts`];
}

/** Returns the globs of the tests of a source file or folder; `<source>.<topic>.test.ts` included. */
function testGlobs(path) {
  const prefix = `<rootDir>/${path.replace(/\.ts$/, '')}`;
  return [`${prefix}.test.ts`, `${prefix}.*.test.ts`, `${prefix}/**/*.test.ts`];
}

/** Returns the path of a run's report (format: https://github.com/stryker-mutator/mutation-testing-elements). */
export function reportPath(run) {
  return `.stryker/${run}.json`;
}

/**
 * Runs mutation testing on a target: one mutant at a time, with the tests that cover it.
 *
 * `locations` are files, folders (without a trailing slash) or ranges ("file.ts:line:column-line:column", columns from 0).
 * With `everyTest`, a killed mutant also runs against the remaining tests. Returns the report in `reportPath(run)`.
 */
export async function runStryker(run, target, { locations = target.code, everyTest = false } = {}) {
  // The first counterexample kills a mutant; shrinking it takes long.
  process.env.SHRINK = 'no';
  const folder = mkdtempSync(join(tmpdir(), 'mutation-'));
  process.env.MUTATION_FOLDER = folder;
  process.env.EVERY_TEST = everyTest ? 'yes' : 'no';
  await new Stryker({
    mutate: [
      ...locations.flatMap((location) => (location.includes(':') ? [location] : sourceGlobs(location))),
      ...(target.exclude ?? []).flatMap(sourceGlobs).map((glob) => `!${glob}`),
      '!src/**/*.test.ts',
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
          ...target.tests.flatMap(testGlobs),
          // Jest replaces <rootDir> only at the beginning of a pattern.
          ...(target.exclude ?? []).flatMap(testGlobs).map((glob) => glob.replace('<rootDir>', '!**')),
        ],
      },
      enableFindRelatedTests: false,
    },
    coverageAnalysis: 'perTest',
    disableBail: everyTest,
    // Many mutants cause endless waiting, so the timeout is short.
    timeoutMS: 5000,
    // Types are stripped, not checked.
    disableTypeChecks: false,
    reporters: ['progress-append-only', ...(everyTest ? [] : ['clear-text']), 'json'],
    clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
    jsonReporter: { fileName: reportPath(run) },
    tempDirName: '.stryker/copies',
    thresholds: { high: 90, low: 80, break: everyTest ? null : 80 },
  }).runMutationTest();
  rmSync(folder, { recursive: true });
  return JSON.parse(readFileSync(reportPath(run), 'utf8'));
}

/** Finds a target by name; null for an unknown name. */
export function findTarget(name) {
  return Object.hasOwn(TARGETS, name ?? '') ? TARGETS[name] : null;
}

export function targetNames() {
  return Object.keys(TARGETS);
}
