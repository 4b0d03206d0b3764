export default {
  testMatch: ['<rootDir>/src/**/*.test.ts', '<rootDir>/test/**/*.test.ts'],
  // Its imports resolve where its test puts it: in src/vendors/.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/example-vendor/fixture/'],
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: ['<rootDir>/test/support/property-seed.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.cjs' },
  // What a test file has loaded is never let go of, and a large heap makes all that come after it slow: a process is soon replaced.
  maxWorkers: '100%',
  workerIdleMemoryLimit: '800MB',
  // Ends what hangs. How fast anything is no test says: machines are busy.
  testTimeout: 60_000,
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/examples', '<rootDir>/.stryker'],
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.test.ts', '!src/generated/**', '!src/graphiql/**'],
};
