// The layers of src/, in the order of a query's path: each may import only from the layers after it in this list.
const LAYERS = [
  'cli',
  'start',
  'main',
  'composition',
  'startup',
  'observability',
  'server',
  'live',
  'graphql',
  'generated',
  'planning',
  'graphql/ast',
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

/** The files of a layer; those of a layer inside its folder are not among them. */
function pathOf(layer) {
  const inner = LAYERS.filter((other) => other.startsWith(`${layer}/`)).map((other) => other.slice(layer.length + 1));
  return inner.length > 0 ? `^src/${layer}/(?!(${inner.join('|')})/)` : `^src/${layer}(/|\\.(ts|mjs)$)`;
}
const TESTS = '\\.test\\.ts$';

const layering = LAYERS.slice(1).map((layer, index) => ({
  name: `not-above-${layer}`,
  severity: 'error',
  comment: `src/${layer} imports only from the layers after it: ${LAYERS.slice(index + 2).join(', ') || 'nothing'}`,
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
      comment: 'A new folder of src/ needs a position in the list of layers.',
      from: { path: '^src/', pathNot: [...LAYERS.map(pathOf), '^src/(graphiql|wallboard)/'] },
      to: {},
    },
    {
      name: 'domain-imports-nothing',
      severity: 'error',
      from: { path: pathOf('domain'), pathNot: TESTS },
      to: { pathNot: pathOf('domain') },
    },
    {
      name: 'no-vendor-to-vendor',
      severity: 'error',
      comment: 'A vendor never imports another.',
      from: { path: '^src/vendors/([^/]+)/' },
      to: { path: '^src/vendors/[^/]+/', pathNot: '^src/vendors/$1/' },
    },
    {
      name: 'vendors-through-index',
      severity: 'error',
      comment: 'Other folders import a vendor only through its index.ts.',
      from: { path: '^src/', pathNot: ['^src/vendors/[^/]+/', TESTS] },
      to: { path: '^src/vendors/[^/]+/', pathNot: '^src/vendors/[^/]+/index\\.ts$' },
    },
    {
      name: 'registry-restricted',
      severity: 'error',
      comment: 'Only composition, cli and sandbox import the list of vendors.',
      from: { path: '^src/', pathNot: ['^src/(cli|sandbox)/', '^src/composition/', TESTS] },
      to: { path: '^src/vendors/index\\.ts$' },
    },
    {
      name: 'fakes-do-not-import-clients',
      severity: 'error',
      comment: 'A fake vendor is written from the vendor’s documents, never from our client.',
      from: { path: '^src/vendors/[^/]+/sandbox(/|\\.ts$)' },
      to: { path: '^src/', pathNot: ['^src/vendors/[^/]+/sandbox', '^src/vendors/sandbox\\.ts$', pathOf('domain')] },
    },
    {
      name: 'clients-do-not-import-fakes',
      severity: 'error',
      comment: 'A client never imports from the fake; only index.ts exports the fake.',
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
      name: 'graphiql-isolated',
      severity: 'error',
      comment: 'The GraphiQL page runs in a browser and shares no code with the gateway.',
      from: { path: '^src/', pathNot: '^src/graphiql/' },
      to: { path: '^src/graphiql/' },
    },
    {
      name: 'wallboard-isolated',
      severity: 'error',
      comment: 'The wallboard runs in a browser and shares no code with the gateway.',
      from: { path: '^src/', pathNot: '^src/wallboard/' },
      to: { path: '^src/wallboard/' },
    },
    {
      name: 'wallboard-through-the-client',
      severity: 'error',
      comment: 'The wallboard is an example to copy: of this repository it uses the client package alone.',
      from: { path: '^src/wallboard/', pathNot: TESTS },
      to: { path: '^(src|test|scripts|bench)/', pathNot: '^src/wallboard/' },
    },
    {
      name: 'sources-do-not-import-tests',
      severity: 'error',
      comment: 'What runs in production never depends on tests or their support code.',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: ['^test/', TESTS] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'The pages are packages of their own, with dependencies that only their builds install.',
      from: { path: '^src/', pathNot: '^src/(graphiql|wallboard)/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      comment: 'What runs in production imports only production dependencies.',
      from: { path: '^src/', pathNot: [TESTS, '^src/(graphiql|wallboard)/', '/conformance\\.ts$'] },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/(graphiql|wallboard)/.*\\.(css|graphql|html)$' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.tsx', '.json'],
      conditionNames: ['import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
