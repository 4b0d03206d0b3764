// Mutation testing of one part of the sources: `npm run mutate -- http`. What survives is listed; the report is also written as
// JSON to .stryker/. It takes minutes, and a larger part half an hour, so it belongs to no check.
import { Stryker } from '@stryker-mutator/core';
import jest from '../jest.config.js';

// Which tests have to notice a mistake in which files. A test that covers everything is left out: it would run for every mutant.
const PARTS = {
  domain: { code: ['src/domain'], tests: ['src/domain', 'test/domain'] },
  http: {
    code: ['src/http'],
    tests: [
      'test/http',
      'test/reliability/failing-endpoints',
      'test/reliability/rate-limits',
      'test/reliability/refusals',
      'test/reliability/retries',
      'test/reliability/hostile-answers',
    ],
  },
  cache: { code: ['src/cache'], tests: ['test/cache'] },
  limits: {
    code: ['src/graphql/limits', 'src/server/caller-limits', 'src/server/shedding', 'src/request/allowance'],
    tests: ['test/limits', 'test/request', 'test/server/shedding', 'test/server/caller-limits'],
  },
  auth: {
    code: ['src/server/auth', 'src/server/api-keys', 'src/server/jwt', 'src/server/signing-keys', 'src/request/caller'],
    tests: [
      'test/server/auth',
      'test/server/api-keys',
      'test/server/signing-keys',
      'test/limits/access',
      'test/request',
    ],
  },
  avaamo: { code: ['src/vendors/avaamo'], tests: ['src/vendors/avaamo'] },
  kore: { code: ['src/vendors/kore'], tests: ['src/vendors/kore'] },
  liveperson: {
    code: ['src/vendors/liveperson'],
    without: ['src/vendors/liveperson/files'],
    tests: ['src/vendors/liveperson'],
  },
  'liveperson-files': { code: ['src/vendors/liveperson/files'], tests: ['src/vendors/liveperson/files'] },
  vonage: { code: ['src/vendors/vonage'], tests: ['src/vendors/vonage'] },
};

const [name, ...only] = process.argv.slice(2);
const part = PARTS[name];
if (!part) {
  console.error(`Say which part: ${Object.keys(PARTS).join(', ')}. Files may follow it, if only some are wanted.`);
  process.exit(1);
}

const files = (path) => (path.endsWith('.ts') ? [path] : [`${path}.ts`, `${path}/**/*.ts`]);
const tests = (path) => [`<rootDir>/${path}.test.ts`, `<rootDir>/${path}/**/*.test.ts`];

// One counterexample is enough; the smallest one takes long.
process.env.SHRINK = 'no';

await new Stryker({
  mutate: [
    ...(only.length > 0 ? only : part.code).flatMap(files),
    ...(part.without ?? []).map((folder) => `!${folder}/**`),
    '!src/**/*.{test,fixture}.ts',
    // The sandbox and what it promises are test material themselves.
    '!src/vendors/*/sandbox/**',
    '!src/vendors/*/{sandbox,conformance}.ts',
  ],
  plugins: [import.meta.resolve('@stryker-mutator/jest-runner')],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    projectType: 'custom',
    config: {
      ...jest,
      testRunner: '<rootDir>/scripts/jest-circus-per-mutant.mjs',
      testSequencer: '<rootDir>/scripts/quickest-first.mjs',
      testTimeout: 3000,
      testMatch: part.tests.flatMap(tests),
    },
    enableFindRelatedTests: false,
  },
  coverageAnalysis: 'perTest',
  // Of what such a mistake makes wait for ever, there is much.
  timeoutMS: 2000,
  // The sources are stripped of their types, not compiled.
  disableTypeChecks: false,
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  jsonReporter: { fileName: `.stryker/${name}.json` },
  tempDirName: '.stryker/copies',
  thresholds: { high: 90, low: 80, break: 80 },
}).runMutationTest();

// What a mistake has left behind, as a connection or a Redis, would keep it going.
process.exit();
