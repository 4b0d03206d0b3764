import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import Negotiator from 'negotiator';

/** The content codings of answers (RFC 9110, section 8.4.1), the preferred one first. */
export const CODINGS = ['zstd', 'br', 'gzip'] as const;

export type Coding = (typeof CODINGS)[number];

/** The part of a negotiator that is used; its published types lack the options. */
interface EncodingNegotiator {
  encodings(available: readonly string[], options: { readonly preferred: readonly string[] }): readonly string[];
}

/**
 * Chooses among `available` codings and `identity` by an Accept-Encoding header: the one with the highest weight, and of
 * several with the same weight the first in `available`. A header that accepts nothing gets `identity`.
 */
export function chooseCoding<Available extends Coding>(
  header: string | undefined,
  available: readonly Available[],
): Available | 'identity' {
  if (header === undefined) return 'identity';
  const all: readonly (Available | 'identity')[] = [...available, 'identity'];
  const negotiator: EncodingNegotiator = new Negotiator({ headers: { 'accept-encoding': header } });
  const [best] = negotiator.encodings(all, { preferred: all });
  return all.find((coding) => coding === best) ?? 'identity';
}

/** Whether an Accept-Encoding header rejects answers without a coding. */
export function rejectsIdentity(header: string | undefined): boolean {
  return (
    header !== undefined &&
    new Negotiator({ headers: { 'accept-encoding': header } }).encoding(['identity']) === undefined
  );
}

/** Fewer steps through the thread pool for large bodies. */
const CHUNK_BYTES = 65_536;

const COMPRESSORS: Readonly<Record<Coding, (body: Buffer) => Promise<Buffer>>> = {
  // Levels by measurement: see docs/decisions/0017-answers-are-compressed.md.
  zstd: (body) =>
    promisify(zstdCompress)(body, { chunkSize: CHUNK_BYTES, params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  br: (body) =>
    promisify(brotliCompress)(body, {
      chunkSize: CHUNK_BYTES,
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 3,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
      },
    }),
  gzip: (body) => promisify(gzip)(body, { chunkSize: CHUNK_BYTES, level: 4 }),
};

/** Compresses a complete body in Node's thread pool. */
export function compress(coding: Coding, body: Buffer): Promise<Buffer> {
  return COMPRESSORS[coding](body);
}
