// `npm start`: runs the gateway from a bundle of the sources, which is built when it is missing or older than they are. JavaScript,
// as every file that a start from a bundle loads: for the first TypeScript file alone, Node loads its type stripper, which takes
// longer than the whole bundle.
import { findBundle, ROOT } from './startup/bundle.mjs';
import { exitOnSignalDuringStartup } from './startup/startup-signals.mjs';

const { enableCompileCache, flushCompileCache } = process.getBuiltinModule('node:module');
const { pathToFileURL } = process.getBuiltinModule('node:url');

process.env.NODE_ENV ??= 'production';
const startupComplete = exitOnSignalDuringStartup(process);
const bundle = findBundle() ?? (await build());
if (bundle) {
  enableCompileCache(bundle.cacheFolder);
  process.setSourceMapsEnabled(true);
}
const { runGateway } = await import(bundle ? pathToFileURL(bundle.entry).href : './composition/gateway.ts');
await runGateway(startupComplete);
// Otherwise a process that is killed would leave nothing to later ones.
if (bundle) flushCompileCache();

/** Returns null, and says why, where no bundle can be built: it is not needed, only faster. */
async function build() {
  try {
    const { buildBundle } = await import('./startup/build-bundle.ts');
    await buildBundle(ROOT);
  } catch (error) {
    process.stderr.write(`Starting from the sources, which takes longer: ${error.message.split('\n', 1)[0]}\n`);
  }
  return findBundle();
}
