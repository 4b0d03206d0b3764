// The order of test files (`testSequencer`) in mutation testing: fastest first, because one failing test kills a mutant.
import { cachedResult } from './jest-circus-per-mutant.mjs';

export default class FastestFirstSequencer {
  sort(tests) {
    const runtimeMs = ({ path }) => cachedResult(path)?.perfStats.runtime ?? 0;
    return tests.toSorted((a, b) => runtimeMs(a) - runtimeMs(b));
  }

  cacheResults() {}
}
