import { promisify } from 'node:util';
import {
  brotliDecompress,
  brotliDecompressSync,
  gunzip,
  gunzipSync,
  inflate,
  inflateSync,
  type InputType,
  type ZlibOptions,
} from 'node:zlib';
import type { CallTarget, VendorError } from '../domain/vendor-error.ts';
import { vendorError } from './response.ts';

/**
 * A longer body is decoded in another thread, which costs 50 µs more. At most a thousand times as many bytes come out of these: some
 * milliseconds of the event loop.
 */
const MAX_BYTES_AT_ONCE = 16 * 1024;

interface Decoder {
  readonly atOnce: (encoded: InputType, options: ZlibOptions) => Buffer;
  readonly inThread: (encoded: InputType, options: ZlibOptions) => Promise<Buffer>;
}

// With zlib's default flush a truncated stream is an error; `fetch` would silently return the part that arrived.
const GZIP: Decoder = { atOnce: gunzipSync, inThread: promisify<InputType, ZlibOptions, Buffer>(gunzip) };
const DECODERS: ReadonlyMap<string, Decoder | null> = new Map<string, Decoder | null>([
  ['identity', null],
  ['gzip', GZIP],
  ['x-gzip', GZIP],
  ['deflate', { atOnce: inflateSync, inThread: promisify<InputType, ZlibOptions, Buffer>(inflate) }],
  ['br', { atOnce: brotliDecompressSync, inThread: promisify<InputType, ZlibOptions, Buffer>(brotliDecompress) }],
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
  const decoder = DECODERS.get(contentEncoding.trim().toLowerCase() || 'identity');
  if (decoder === undefined) throw vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'content_coding' });
  if (decoder === null) return encoded;
  const options = { maxOutputLength: maxBytes };
  try {
    return encoded.length <= MAX_BYTES_AT_ONCE
      ? decoder.atOnce(encoded, options)
      : await decoder.inThread(encoded, options);
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
