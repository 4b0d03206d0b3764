// The targets of mutation testing: source files and the tests that must kill their mutants. Tests that cover everything are left
// out, because they would run for every mutant.
export const TARGETS = {
  domain: { code: ['src/domain'], tests: ['src/domain'] },
  http: {
    code: ['src/http'],
    tests: [
      'src/http',
      'test/reliability/failing-endpoints',
      'test/reliability/rate-limits',
      'test/reliability/retry-after',
      'test/reliability/retries',
      'test/reliability/hostile-responses',
    ],
  },
  cache: { code: ['src/cache'], tests: ['src/cache'] },
  limits: {
    code: ['src/graphql/limits', 'src/server/caller-limits', 'src/server/load-shedding', 'src/request'],
    tests: ['src/graphql/limits', 'src/server/caller-limits', 'src/server/load-shedding', 'src/request'],
  },
  auth: {
    code: ['src/server/auth', 'src/server/api-keys', 'src/server/jwt', 'src/server/jwks', 'src/request/caller'],
    tests: [
      'src/server/auth',
      'src/server/api-keys',
      'src/server/jwt',
      'src/server/jwks',
      'src/graphql/plugins/authorization',
      'src/request',
    ],
  },
  config: { code: ['src/config'], tests: ['src/config'] },
  directory: { code: ['src/directory'], tests: ['src/directory'] },
  gather: { code: ['src/gather'], tests: ['src/gather'] },
  planning: { code: ['src/planning'], tests: ['src/planning'] },
  graphql: { code: ['src/graphql'], exclude: ['src/graphql/limits'], tests: ['src/graphql'] },
  avaamo: vendor('avaamo'),
  kore: vendor('kore'),
  liveperson: {
    ...vendor('liveperson'),
    exclude: ['src/vendors/liveperson/files', ...sandboxPaths('liveperson')],
  },
  'liveperson-files': { code: ['src/vendors/liveperson/files'], tests: ['src/vendors/liveperson/files'] },
  vonage: vendor('vonage'),
  sandbox: {
    code: ['src/sandbox', ...sandboxPaths('*')],
    tests: ['src/sandbox', ...sandboxPaths('*')],
  },
};

/** The sandbox and `conformance.ts` are test material, so they are not mutated as part of a vendor. */
function vendor(name) {
  const folder = `src/vendors/${name}`;
  return { code: [folder], exclude: sandboxPaths(name), tests: [folder] };
}

function sandboxPaths(name) {
  return [`src/vendors/${name}/sandbox`];
}
