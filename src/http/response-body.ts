import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { CallTarget, VendorError } from '../domain/vendor-error.ts';
import { vendorError } from './response.ts';

type Decoder = (encoded: Buffer, maxBytes: number) => Promise<Buffer>;

const [gunzipAsync, inflateAsync, brotliAsync] = [promisify(gunzip), promisify(inflate), promisify(brotliDecompress)];

// With zlib's default flush a truncated stream is an error; `fetch` would silently return the part that arrived.
const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['identity', (encoded) => Promise.resolve(encoded)],
  ['gzip', (encoded, maxOutputLength) => gunzipAsync(encoded, { maxOutputLength })],
  ['x-gzip', (encoded, maxOutputLength) => gunzipAsync(encoded, { maxOutputLength })],
  ['deflate', (encoded, maxOutputLength) => inflateAsync(encoded, { maxOutputLength })],
  ['br', (encoded, maxOutputLength) => brotliAsync(encoded, { maxOutputLength })],
]);

/** The `Accept-Encoding` of the gateway's JSON calls. */
export const ACCEPT_ENCODING = 'gzip';

/** Decodes a body; rejects if it exceeds `maxBytes` then. */
export async function decodeBody(
  encoded: Buffer,
  contentEncoding: string,
  maxBytes: number,
  target: CallTarget,
): Promise<Buffer> {
  const decode = DECODERS.get(contentEncoding.trim().toLowerCase() || 'identity');
  if (!decode) throw vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'content_coding' });
  try {
    return await decode(encoded, maxBytes);
  } catch (error) {
    const tooLarge = (error as { readonly code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    throw vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: tooLarge ? 'too_large' : 'truncated' });
  }
}

/** Reads a body completely; rejects as soon as it exceeds `maxBytes`. */
export async function readAll(chunks: AsyncIterable<Buffer>, maxBytes: number, target: CallTarget): Promise<Buffer> {
  const received: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    // Leaving the loop destroys the stream and its connection, which ends an endless body.
    if (length > maxBytes) throw vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'too_large' });
    received.push(chunk);
  }
  return Buffer.concat(received, length);
}

/** Passes chunks on and reports their byte counts; converts an error of the stream to a VendorError. */
export async function* countBytes(
  chunks: AsyncIterable<Buffer>,
  onBytes: (bytes: number) => void,
  toError: (error: unknown) => VendorError,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of chunks) {
      onBytes(chunk.length);
      yield chunk;
    }
  } catch (error) {
    throw toError(error);
  }
}
