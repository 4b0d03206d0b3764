import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

// Below this, compressing saves less than a network packet.
const MIN_COMPRESSIBLE_BYTES = 1400;

/** Replaces every file of a folder that becomes smaller by its brotli form. Returns the bytes before and after. */
export async function compressAll(folder) {
  const bytes = { before: 0, after: 0 };
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const content = await readFile(file);
    const compressed = content.length < MIN_COMPRESSIBLE_BYTES ? content : await compress(content);
    bytes.before += content.length;
    bytes.after += Math.min(compressed.length, content.length);
    if (compressed.length >= content.length) continue;
    await writeFile(`${file}.br`, compressed);
    await rm(file);
  }
  return bytes;
}

function compress(content) {
  // The slowest level: the page is built seldom, and every byte stays in the history of the repository.
  return promisify(brotliCompress)(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
  });
}
