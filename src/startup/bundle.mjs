/**
 * A bundle of the sources, as built by `buildBundle`.
 *
 * @typedef {object} Bundle
 * @property {string} entry The path of the module to import instead of src/composition/gateway.ts.
 * @property {string} cli The path of the module to import instead of src/cli/cli.ts.
 * @property {string} cacheFolder For Node's compile cache: the compiled form of the bundle.
 */

// Not imported: that would evaluate all exports of these modules, which takes longer than all else here.
const { existsSync, readFileSync, statSync } = process.getBuiltinModule('node:fs');

/** The folder of the project, with a final separator. */
export const ROOT = `${import.meta.dirname}/../../`;

/**
 * Where the bundle of a project is, relative to its folder. As deep as the folders of src/, from where files are read by their
 * relative paths.
 */
export const BUNDLE_FOLDER = 'dist/bundle';

/** A package as npm packs it has no sources, and so none that changed. */
const A_SOURCE = 'src/composition/gateway.ts';

/** Lists, in a bundle, the files that it was built from. */
export const INPUTS_FILE = 'inputs.json';

/**
 * The bundle; null where there is none, or where a file that it was built from has changed since.
 *
 * @param {string} [root] The folder of the project, with a final separator.
 * @returns {Bundle | null}
 */
export function findBundle(root = ROOT) {
  const folder = `${root}${BUNDLE_FOLDER}/`;
  try {
    const { files, ...inputs } = JSON.parse(readFileSync(folder + INPUTS_FILE, 'utf8'));
    // A copy of a checkout has other times, but the same content.
    if (existsSync(root + A_SOURCE) && timesOf(root, files) !== inputs.times && hashOf(root, files) !== inputs.hash)
      return null;
  } catch {
    return null;
  }
  return { entry: `${folder}gateway.js`, cli: `${folder}cli.js`, cacheFolder: `${folder}cache` };
}

/**
 * The content of the inputs file of a bundle.
 *
 * @param {string} root The folder of the project, with a final separator.
 * @param {readonly string[]} files What the bundle is built from, relative to it.
 * @returns {string}
 */
export function formatInputs(root, files) {
  return JSON.stringify({ files, times: timesOf(root, files), hash: hashOf(root, files) });
}

/**
 * @param {string} root
 * @param {readonly string[]} files
 */
function timesOf(root, files) {
  return files.map((file) => statSync(root + file).mtimeMs).join();
}

/**
 * @param {string} root
 * @param {readonly string[]} files
 */
function hashOf(root, files) {
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(root + file));
  return hash.digest('base64url');
}
