import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { build, type Metafile } from 'esbuild';
import { builtinsPlugin, PLUGIN_NAMESPACES, replacementsPlugin } from './bundle-plugins.ts';
import { BUNDLE_FOLDER, formatInputs, INPUTS_FILE } from './bundle.mjs';

/** The gateway, the thread of the cache's file, which finds its module beside its own, and the commands. */
const ENTRIES = [
  { in: 'src/composition/gateway.ts', out: 'gateway' },
  { in: 'src/cache/disk-worker.ts', out: 'disk-worker' },
  { in: 'src/cli/cli.ts', out: 'cli' },
];

/** The files that decide how a bundle is built. */
const BUILDERS = ['src/startup/build-bundle.ts', 'src/startup/bundle-plugins.ts', 'src/startup/bundle.mjs'];

/**
 * Bundles the sources of a project, with the packages that they use and source maps. The previous bundle is replaced at once, so that
 * no process ever loads half of one. Rejects where the packages for it are not installed or the folder is read-only.
 *
 * @param root The folder of the project, with a final separator.
 */
export async function buildBundle(root: string): Promise<void> {
  const target = root + BUNDLE_FOLDER;
  const folder = `${target}-${process.pid}`;
  await mkdir(folder, { recursive: true });
  try {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: ENTRIES,
      outdir: folder,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node26',
      // graphql-js as modules: its functions are then called directly, and not through the getters of an object.
      mainFields: ['module', 'main'],
      minifySyntax: true,
      minifyWhitespace: true,
      // The packages themselves are installed, with their licenses.
      legalComments: 'none',
      sourcemap: 'linked',
      sourcesContent: false,
      metafile: true,
      logLevel: 'silent',
      plugins: [builtinsPlugin, replacementsPlugin],
    });
    await writeFile(`${folder}/${INPUTS_FILE}`, formatInputs(root, inputsOf(metafile)));
    await rm(target, { recursive: true, force: true });
    await rename(folder, target).catch((error: unknown) => {
      // Another process that started at the same time was faster.
      if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Our files, and of each package that is bundled its package.json, which names its version. */
function inputsOf({ inputs }: Metafile): readonly string[] {
  const paths = Object.keys(inputs).filter((path) => !PLUGIN_NAMESPACES.some((name) => path.startsWith(`${name}:`)));
  const files = paths.map((path) => {
    const [packageFolder] = /^.*node_modules\/(@[^/]+\/)?[^/]+\//.exec(path) ?? [];
    return packageFolder === undefined ? path : `${packageFolder}package.json`;
  });
  return [...new Set([...files, ...BUILDERS])].sort();
}
