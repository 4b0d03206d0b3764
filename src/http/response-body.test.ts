import { randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { decodeBody, readAll } from './response-body.ts';

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

async function* toChunks(body: Buffer): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < body.length; offset += 7)
    yield await Promise.resolve(body.subarray(offset, offset + 7));
}

async function read(body: Buffer, contentEncoding: string, maxBytes = 1000) {
  return decodeBody(await readAll(toChunks(body), maxBytes, TARGET), contentEncoding, maxBytes, TARGET);
}

function identity(body: Buffer) {
  return body;
}

describe.each<[string, (body: Buffer) => Buffer]>([
  ['', identity],
  ['identity', identity],
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('a body of content encoding %j', (coding, code) => {
  test.each([coding, coding.toUpperCase(), ` ${coding}\t`])(
    'decodes a body whose content encoding is written %j',
    async (written) => {
      expect((await read(code(Buffer.from('plain')), written)).toString()).toBe('plain');
    },
  );

  test('accepts a decoded body up to the limit, and rejects a longer one', async () => {
    expect(await read(code(Buffer.alloc(1000)), coding)).toHaveLength(1000);
    expect(await rejectionOf(read(code(Buffer.alloc(1001)), coding))).toMatchObject({
      code: 'VENDOR_BAD_RESPONSE',
      reason: 'too_large',
    });
  });
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('rejects a %s body that is truncated at any byte', async (coding, code) => {
  const whole = code('plain');
  for (let kept = 0; kept < whole.length; kept += 1) {
    expect(await rejectionOf(read(whole.subarray(0, kept), coding))).toMatchObject({ reason: 'truncated' });
  }
});

describe.each<[string, (body: Buffer) => Buffer]>([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('a %s body of 20 kB', (coding, code) => {
  const plain = randomBytes(20_000);
  const encoded = code(plain);

  test('is decoded', async () => {
    expect((await read(encoded, coding, 30_000)).equals(plain)).toBe(true);
  });

  test('is rejected when it is truncated, or when the decoded bytes exceed the limit', async () => {
    expect(await rejectionOf(read(encoded.subarray(0, -1), coding, 30_000))).toMatchObject({ reason: 'truncated' });
    const repetitive = code(Buffer.concat([plain, Buffer.alloc(20_000)]));
    expect(await rejectionOf(read(repetitive, coding, 30_000))).toMatchObject({ reason: 'too_large' });
  });
});

test.each(['zstd', 'gzip, br', 'constructor', '__proto__'])(
  'rejects the unknown content encoding %j',
  async (coding) => {
    expect(await rejectionOf(read(Buffer.from('x'), coding))).toMatchObject({
      code: 'VENDOR_BAD_RESPONSE',
      reason: 'content_coding',
    });
  },
);
