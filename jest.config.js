export default {
  testMatch: [
    '<rootDir>/src/**/*.test.ts',
    '<rootDir>/test/**/*.test.ts',
    '<rootDir>/scripts/**/*.test.ts',
    '<rootDir>/bench/**/*.test.ts',
    '<rootDir>/packages/*/src/**/*.test.ts',
  ],
  // Its imports resolve where its test puts it: in src/vendors/.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/example-vendor/fixture/'],
  testEnvironment: '<rootDir>/test/support/jest-environment.ts',
  reporters: ['default', '<rootDir>/test/support/missing-programs-reporter.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: ['<rootDir>/test/support/property-seed.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.cjs' },
  // A process keeps every module that its test files have loaded, and a large heap slows down all later files: it is soon replaced.
  maxWorkers: '100%',
  workerIdleMemoryLimit: '800MB',
  // On a busy machine, a process without any open handle takes longer than the default, half a second, to give back its heap.
  workerGracefulExitTimeout: 20_000,
  // Ends what hangs. No test measures how fast anything is: machines are busy.
  testTimeout: 300_000,
  modulePathIgnorePatterns: [
    '<rootDir>/examples',
    '<rootDir>/.stryker',
    '<rootDir>/src/graphiql/node_modules',
    '<rootDir>/src/wallboard/node_modules',
    '<rootDir>/scripts/mutation/node_modules',
  ],
  coverageProvider: 'v8',
  collectCoverageFrom: [
    'src/**/*.ts',
    '!src/**/*.test.ts',
    '!src/generated/**',
    '!src/graphiql/**',
    '!src/wallboard/{hooks,panels,generated}/**',
  ],
};
