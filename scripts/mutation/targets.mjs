// Which tests have to notice a mistake in which files. A test that covers everything is left out: it would run for every mutant.
export const PARTS = {
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
  config: { code: ['src/config'], tests: ['test/config'] },
  directory: { code: ['src/directory'], tests: ['test/directory'] },
  gather: { code: ['src/gather'], tests: ['test/gather'] },
  graphql: { code: ['src/graphql'], without: ['src/graphql/limits'], tests: ['test/graphql', 'test/plan'] },
  avaamo: vendor('avaamo'),
  kore: vendor('kore'),
  liveperson: {
    ...vendor('liveperson'),
    without: ['src/vendors/liveperson/files', ...sandboxOf('liveperson')],
  },
  'liveperson-files': { code: ['src/vendors/liveperson/files'], tests: ['src/vendors/liveperson/files'] },
  vonage: vendor('vonage'),
  sandbox: {
    code: ['src/sandbox', ...sandboxOf('*')],
    tests: ['test/sandbox', ...sandboxOf('*')],
  },
};

/** The sandbox and what it promises (`conformance`) are test material, and no part of a vendor's own. */
function vendor(name) {
  const folder = `src/vendors/${name}`;
  return { code: [folder], without: sandboxOf(name), tests: [folder] };
}

function sandboxOf(name) {
  return [`src/vendors/${name}/sandbox`];
}
