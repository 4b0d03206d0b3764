// The layers of src/, the journey of a query: each may import only what stands behind it in this list.
const LAYERS = [
  'cli',
  'main',
  'composition',
  'startup',
  'observability',
  'server',
  'graphql',
  'generated',
  'planning',
  'gather',
  'directory',
  'sandbox',
  'vendors',
  'request',
  'cache',
  'http',
  'config',
  'domain',
];

const pathOf = (layer) => `^src/${layer}(/|\\.ts$)`;
const TESTS = '\\.test\\.ts$';

const layering = LAYERS.slice(1).map((layer, index) => ({
  name: `not-above-${layer}`,
  severity: 'error',
  comment: `src/${layer} imports only what stands behind it: ${LAYERS.slice(index + 2).join(', ') || 'nothing'}`,
  from: { path: pathOf(layer), pathNot: TESTS },
  to: { path: LAYERS.slice(0, index + 1).map(pathOf) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layering,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'known-layers-only',
      severity: 'error',
      comment: 'A new folder of src/ must be given its place in the list of layers.',
      from: { path: '^src/', pathNot: [...LAYERS.map(pathOf), '^src/graphiql/'] },
      to: {},
    },
    {
      name: 'domain-imports-nothing',
      severity: 'error',
      from: { path: pathOf('domain'), pathNot: TESTS },
      to: { pathNot: pathOf('domain') },
    },
    {
      name: 'vendors-apart',
      severity: 'error',
      comment: 'No vendor knows another.',
      from: { path: '^src/vendors/([^/]+)/' },
      to: { path: '^src/vendors/[^/]+/', pathNot: '^src/vendors/$1/' },
    },
    {
      name: 'vendors-by-the-door',
      severity: 'error',
      comment: 'From outside a vendor is entered through its index.ts alone.',
      from: { path: '^src/', pathNot: ['^src/vendors/[^/]+/', TESTS] },
      to: { path: '^src/vendors/[^/]+/', pathNot: '^src/vendors/[^/]+/index\\.ts$' },
    },
    {
      name: 'registry-is-for-few',
      severity: 'error',
      comment: 'Only composition, cli and sandbox know which vendors there are.',
      from: { path: '^src/', pathNot: ['^src/(cli|sandbox)/', '^src/composition/', TESTS] },
      to: { path: '^src/vendors/index\\.ts$' },
    },
    {
      name: 'fakes-apart-from-clients',
      severity: 'error',
      comment: 'A fake vendor is written from documents, never from our client.',
      from: { path: '^src/vendors/[^/]+/sandbox(/|\\.ts$)' },
      to: { path: '^src/', pathNot: ['^src/vendors/[^/]+/sandbox', '^src/vendors/sandbox\\.ts$', pathOf('domain')] },
    },
    {
      name: 'clients-apart-from-fakes',
      severity: 'error',
      comment: 'A client never borrows from the fake; only the door hands the fake out.',
      from: { path: '^src/vendors/[^/]+/', pathNot: ['^src/vendors/[^/]+/(sandbox|index\\.ts$)', TESTS] },
      to: { path: '^src/vendors/[^/]+/sandbox' },
    },
    {
      name: 'observability-behind-ports',
      severity: 'error',
      comment:
        'Components declare the metrics and logging ports they need; only composition and start-up choose the implementation.',
      from: { path: '^src/', pathNot: ['^src/(observability|composition|startup|cli)/', '^src/main\\.ts$', TESTS] },
      to: { path: pathOf('observability') },
    },
    {
      name: 'browser-apart',
      severity: 'error',
      comment: 'The GraphiQL page runs in a browser and shares no code with the gateway.',
      from: { path: '^src/', pathNot: '^src/graphiql/' },
      to: { path: '^src/graphiql/' },
    },
    { name: 'resolvable', severity: 'error', from: { path: '^src/' }, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      comment: 'What runs in production comes from production dependencies.',
      from: { path: '^src/', pathNot: [TESTS, '^src/graphiql/', '/conformance\\.ts$'] },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/graphiql/.*\\.(css|graphql|html)$' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.tsx', '.json'],
      conditionNames: ['import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
