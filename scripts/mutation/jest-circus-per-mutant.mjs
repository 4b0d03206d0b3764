// Jest's own way to run a test file (`testRunner`), made quick for testing by mutation. Without it, every test file is loaded
// and run to its end for every mutant: https://github.com/jestjs/jest/issues/11766.
import circusRunner from 'jest-circus/runner';

const circus = circusRunner.default;

/** Whether a mutant has to be met by every test that could notice it, though one that does is enough to kill it. */
const meetsEveryTest = process.env.EVERY_TEST === 'yes';

// By file: what came of its tests when they took longest; which of them there are does not change with a mutant.
export const known = new Map();
let killed;

export default async function perMutant(globalConfig, config, environment, runtime, path, ...rest) {
  const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
  if (mutant === undefined) {
    killed = undefined;
    return remember(await circus(globalConfig, config, environment, runtime, path, ...rest));
  }
  const wanted = new RegExp(globalConfig.testNamePattern || '', 'i');
  const before = known.get(path);
  if (before && (killed === mutant || !before.testResults.some(({ fullName }) => wanted.test(fullName))))
    return skipped(before);

  const handleTestEvent = environment.handleTestEvent?.bind(environment);
  environment.handleTestEvent = async (event, state) => {
    await handleTestEvent?.(event, state);
    if (event.name === 'test_done' && event.test.errors.length > 0 && !meetsEveryTest) killed = mutant;
    if (event.name === 'test_start' && killed === mutant) event.test.mode = 'skip';
  };
  return remember(await circus(globalConfig, config, environment, runtime, path, ...rest));

  function remember(result) {
    const took = result.perfStats.runtime;
    if (!known.has(path) || known.get(path).perfStats.runtime < took) known.set(path, result);
    return result;
  }
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
