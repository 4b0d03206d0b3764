import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { VendorError } from '../domain/vendor-error.ts';
import { type CallTarget } from '../domain/vendor-error.ts';
import { vendorError } from './reply.ts';

type Decode = (coded: Buffer, maxBytes: number) => Promise<Buffer>;

// With zlib's default flush a cut stream is an error; `fetch` would hand out what came and say nothing.
const DECODERS: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['identity', (coded) => Promise.resolve(coded)],
  ['gzip', (coded, maxOutputLength) => promisify(gunzip)(coded, { maxOutputLength })],
  ['x-gzip', (coded, maxOutputLength) => promisify(gunzip)(coded, { maxOutputLength })],
  ['deflate', (coded, maxOutputLength) => promisify(inflate)(coded, { maxOutputLength })],
  ['br', (coded, maxOutputLength) => promisify(brotliDecompress)(coded, { maxOutputLength })],
]);

/** What a gateway's JSON calls say they accept. */
export const ACCEPTED_CODINGS = 'gzip';

/** A whole body, its content coding undone, never more than `maxBytes` in memory at either stage. */
export async function readBody(
  chunks: AsyncIterable<Buffer>,
  coding: string,
  maxBytes: number,
  target: CallTarget,
): Promise<Buffer> {
  const coded = await collect(chunks, maxBytes, target);
  const decode = DECODERS.get(coding.trim().toLowerCase() || 'identity');
  if (!decode) throw vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'content_coding' });
  try {
    return await decode(coded, maxBytes);
  } catch (error) {
    const tooLarge = (error as { readonly code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    throw vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: tooLarge ? 'too_large' : 'truncated' });
  }
}

async function collect(chunks: AsyncIterable<Buffer>, maxBytes: number, target: CallTarget): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of chunks) {
    length += part.length;
    // Leaving the loop destroys the stream, and with it the connection: an endless body ends here.
    if (length > maxBytes) throw vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'too_large' });
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}

/** Passes chunks on and counts their bytes; what breaks on the way becomes a VendorError. */
export async function* counted(
  chunks: AsyncIterable<Buffer>,
  count: (bytes: number) => void,
  fail: (error: unknown) => VendorError,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of chunks) {
      count(chunk.length);
      yield chunk;
    }
  } catch (error) {
    throw fail(error);
  }
}
