// Builds the GraphiQL page, which is committed, into public/graphiql (docs/decisions/0013-graphiql-is-committed-built.md).
//   npm run build:graphiql             builds it, unless the sources are those of the last build (--force: always)
//   npm run build:graphiql -- --check  builds it elsewhere and fails when the committed page differs
import { buildPage } from './graphiql/bundle.mjs';
import { GRAPHIQL } from './graphiql/page.ts';
import { runBuild } from './pages/build.mjs';

await runBuild(GRAPHIQL, buildPage);
