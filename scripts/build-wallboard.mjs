// Builds the wallboard, which is committed, into public/wallboard (docs/decisions/0031-preact-for-the-wallboard.md).
//   npm run build:wallboard             builds it, unless the sources are those of the last build (--force: always)
//   npm run build:wallboard -- --check  builds it elsewhere and fails when the committed page differs
import { runBuild } from './pages/build.mjs';
import { buildWallboard } from './wallboard/bundle.mjs';
import { WALLBOARD } from './wallboard/page.ts';

await runBuild(WALLBOARD, buildWallboard);
