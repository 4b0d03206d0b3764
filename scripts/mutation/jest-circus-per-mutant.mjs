// Jest's test runner (`testRunner`), optimized for mutation testing. Without it, every test file is loaded and run to its end for
// every mutant: https://github.com/jestjs/jest/issues/11766.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import circusRunner from 'jest-circus/runner';

const circus = circusRunner.default;

/** Whether to run every test that covers a mutant, although one failing test is enough to kill it. */
const runEveryTest = process.env.EVERY_TEST === 'yes';

// The result of each test file without a mutant, because mutants do not change the list of tests. It is cached on disk, because
// Stryker starts a new process after a timeout: loading every file again there would lead to the next timeout.
const cacheFolder = process.env.MUTATION_FOLDER;
const results = new Map();
let killed;

export default async function perMutant(globalConfig, config, environment, runtime, path, ...rest) {
  const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
  if (mutant === undefined) {
    killed = undefined;
    return cacheResult(path, await circus(globalConfig, config, environment, runtime, path, ...rest));
  }
  const pattern = new RegExp(globalConfig.testNamePattern || '', 'i');
  const cached = cachedResult(path);
  if (cached && (killed === mutant || !cached.testResults.some(({ fullName }) => pattern.test(fullName))))
    return toSkipped(cached);

  const handleTestEvent = environment.handleTestEvent?.bind(environment);
  environment.handleTestEvent = async (event, state) => {
    await handleTestEvent?.(event, state);
    if (event.name === 'test_done' && event.test.errors.length > 0 && !runEveryTest) killed = mutant;
    if (event.name === 'test_start' && killed === mutant) event.test.mode = 'skip';
  };
  return circus(globalConfig, config, environment, runtime, path, ...rest);
}

function cacheResult(path, result) {
  results.set(path, result);
  writeFileSync(cachePath(path), JSON.stringify(result));
  return result;
}

export function cachedResult(path) {
  if (!results.has(path) && existsSync(cachePath(path)))
    results.set(path, JSON.parse(readFileSync(cachePath(path), 'utf8')));
  return results.get(path);
}

function cachePath(path) {
  return join(cacheFolder, `${createHash('sha256').update(path).digest('hex')}.json`);
}

function toSkipped(result) {
  return {
    ...result,
    numFailingTests: 0,
    numPassingTests: 0,
    numPendingTests: result.testResults.length,
    failureMessage: null,
    skipped: true,
    testResults: result.testResults.map((test) => ({
      ...test,
      status: 'pending',
      failureMessages: [],
      failureDetails: [],
    })),
  };
}
