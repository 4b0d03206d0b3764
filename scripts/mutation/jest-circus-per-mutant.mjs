// Jest's own way to run a test file (`testRunner`), made quick for testing by mutation. Without it, every test file is loaded
// and run to its end for every mutant: https://github.com/jestjs/jest/issues/11766.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import circusRunner from 'jest-circus/runner';

const circus = circusRunner.default;

/** Whether a mutant has to be met by every test that could notice it, though one that does is enough to kill it. */
const meetsEveryTest = process.env.EVERY_TEST === 'yes';

// What came of a file's tests without a mutant; which of them there are does not change with one. It is kept in a folder, since
// whoever has waited too long for a mutant starts a new process, which would have to load every file first, and be too late again.
const folder = process.env.MUTATION_FOLDER;
const known = new Map();
let killed;

export default async function perMutant(globalConfig, config, environment, runtime, path, ...rest) {
  const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
  if (mutant === undefined) {
    killed = undefined;
    return remember(path, await circus(globalConfig, config, environment, runtime, path, ...rest));
  }
  const wanted = new RegExp(globalConfig.testNamePattern || '', 'i');
  const before = recall(path);
  if (before && (killed === mutant || !before.testResults.some(({ fullName }) => wanted.test(fullName))))
    return skipped(before);

  const handleTestEvent = environment.handleTestEvent?.bind(environment);
  environment.handleTestEvent = async (event, state) => {
    await handleTestEvent?.(event, state);
    if (event.name === 'test_done' && event.test.errors.length > 0 && !meetsEveryTest) killed = mutant;
    if (event.name === 'test_start' && killed === mutant) event.test.mode = 'skip';
  };
  return circus(globalConfig, config, environment, runtime, path, ...rest);
}

function remember(path, result) {
  known.set(path, result);
  writeFileSync(noteOf(path), JSON.stringify(result));
  return result;
}

export function recall(path) {
  if (!known.has(path) && existsSync(noteOf(path))) known.set(path, JSON.parse(readFileSync(noteOf(path), 'utf8')));
  return known.get(path);
}

function noteOf(path) {
  return join(folder, `${createHash('sha256').update(path).digest('hex')}.json`);
}

function skipped(result) {
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
