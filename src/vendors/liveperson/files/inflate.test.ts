import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { CorruptFileError, inflate, type InflateLimits, MAX_INFLATE_RATIO } from './inflate.ts';

const MIB = 1024 * 1024;
const limits: InflateLimits = { maxBytes: 64 * MIB, maxRatio: MAX_INFLATE_RATIO };
const text = Array.from({ length: 4000 }, (_, index) => `{"n":${index}}\n`).join('');
const zipped = gzipSync(text);

async function* splitBytes(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) {
    await Promise.resolve();
    yield bytes.subarray(at, at + length);
  }
}

async function inflateAll(bytes: Buffer, options: Partial<InflateLimits> & { readonly pieces?: number } = {}) {
  const parts: Buffer[] = [];
  let damage: string | null = null;
  try {
    for await (const part of inflate(splitBytes(bytes, options.pieces ?? 1000), { ...limits, ...options }))
      parts.push(part);
  } catch (error) {
    if (!(error instanceof CorruptFileError)) throw error;
    ({ damage } = error);
  }
  return { text: Buffer.concat(parts).toString('latin1'), damage };
}

describe('intact files', () => {
  test.each([
    ['gzip', zipped, text],
    ['gzip in several members', Buffer.concat([zipped, gzipSync('more'), gzipSync('')]), `${text}more`],
    ['gzip with zero padding', Buffer.concat([zipped, Buffer.alloc(3000)]), text],
    ['gzip inside gzip', gzipSync(zipped), text],
    ['not compressed', Buffer.from(text), text],
    ['not compressed, and short', Buffer.from('{}'), '{}'],
    ['empty gzip', gzipSync(''), ''],
  ])('yields the bytes of a file that is %s', async (_title, bytes, expected) => {
    expect(await inflateAll(bytes)).toEqual({ text: expected, damage: null });
    expect(await inflateAll(bytes, { pieces: 1 })).toEqual({ text: expected, damage: null });
    expect(await inflateAll(bytes, { pieces: 1_000_000 })).toEqual({ text: expected, damage: null });
  });
});

describe('damaged files', () => {
  /** Returns the number of bytes that the beginning of a file inflates to. */
  const inflatableBytes = (bytes: Buffer) => gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).length;

  test.each([1000, 1_000_000])(
    'yields the bytes before a cut, then reports truncated, in chunks of %i',
    async (pieces) => {
      for (let cut = 1; cut <= 64; cut++) {
        const { text: had, damage } = await inflateAll(zipped.subarray(0, -cut), { pieces });
        expect([cut, damage]).toEqual([cut, 'truncated']);
        expect(text.startsWith(had)).toBe(true);
        expect(had).toHaveLength(inflatableBytes(zipped.subarray(0, -cut)));
      }
    },
  );

  test('reports a file that ends in its first bytes as truncated', async () => {
    for (const length of [0, 4, 9, 12]) {
      expect(await inflateAll(zipped.subarray(0, length))).toEqual({ text: '', damage: 'truncated' });
    }
  });

  test.each([
    ['a wrong checksum', -8],
    ['a wrong length', -3],
  ])('yields all bytes, then reports corrupt, for %s', async (_title, at) => {
    const bytes = Buffer.from(zipped);
    bytes.writeUInt8(bytes.readUInt8(bytes.length + at) ^ 0xff, bytes.length + at);
    expect(await inflateAll(bytes)).toEqual({ text, damage: 'corrupt' });
  });

  test('reports garbage after the end as corrupt', async () => {
    const { damage } = await inflateAll(Buffer.concat([zipped, Buffer.from('garbage')]));
    expect(damage).toBe('corrupt');
  });

  test.each([0, 1])('reports a gzip header whose byte %i is damaged as corrupt', async (at) => {
    const bytes = Buffer.from(zipped);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x20, at);
    expect(await inflateAll(bytes)).toEqual({ text: '', damage: 'corrupt' });
  });

  test('reports a gzip header with an unknown method as corrupt', async () => {
    const bytes = Buffer.from(zipped);
    bytes.writeUInt8(0, 2);
    expect(await inflateAll(bytes)).toEqual({ text: '', damage: 'corrupt' });
  });

  test('reports a ZIP archive', async () => {
    expect(await inflateAll(Buffer.from('PK\x03\x04 and so on'))).toEqual({ text: '', damage: 'zip' });
  });
});

describe('files that are too large', () => {
  test('rejects a file one byte beyond the size limit', async () => {
    expect((await inflateAll(zipped, { maxBytes: text.length })).damage).toBeNull();
    expect((await inflateAll(zipped, { maxBytes: text.length - 1 })).damage).toBe('too_large');
    expect((await inflateAll(Buffer.from(text), { maxBytes: text.length - 1 })).damage).toBe('too_large');
  });

  test('rejects a large file by its ratio', async () => {
    const bomb = gzipSync(Buffer.alloc(40 * MIB));
    const { text: had, damage } = await inflateAll(bomb);
    expect(damage).toBe('too_large');
    expect(had.length).toBeLessThanOrEqual(17 * MIB);
    expect((await inflateAll(gzipSync(Buffer.alloc(16 * MIB)))).damage).toBeNull();
    expect((await inflateAll(gzipSync(Buffer.alloc(16 * MIB + 1)))).damage).toBe('too_large');
  });

  test('rejects a file just beyond the ratio limit', async () => {
    const zeros = gzipSync(Buffer.alloc(20_000_000));
    // Zero padding after the end gives the file the length that the test needs.
    const ofLength = (length: number) => Buffer.concat([zeros, Buffer.alloc(length - zeros.length)]);
    expect((await inflateAll(ofLength(100_000), { pieces: 100_000 })).damage).toBeNull();
    expect((await inflateAll(ofLength(99_999), { pieces: 100_000 })).damage).toBe('too_large');
  });

  test.each([
    ['text', Buffer.alloc(64 * 1024, 'a')],
    // Such a file could be endless without one inflated byte.
    ['gzip of nothing', Buffer.concat(Array<Buffer>(4096).fill(gzipSync('')))],
  ])('stops an endless download of %s at the size limit', async (_what, piece) => {
    let given = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (; given < 1000; given += 1) {
        await Promise.resolve();
        yield piece;
      }
    }
    const read = async () => {
      for await (const part of inflate(endless(), { ...limits, maxBytes: MIB })) expect(part.length).toBeGreaterThan(0);
    };
    await expect(read()).rejects.toMatchObject({ damage: 'too_large' });
    expect(given).toBe(Math.floor(MIB / piece.length));
  });
});

test('passes on an error of the connection unchanged', async () => {
  const broken = new Error('broken');
  async function* breaking(): AsyncGenerator<Buffer> {
    await Promise.resolve();
    yield zipped.subarray(0, 1000);
    throw broken;
  }
  const read = async () => {
    for await (const part of inflate(breaking(), limits)) expect(part.length).toBeGreaterThan(0);
  };
  await expect(read()).rejects.toBe(broken);
});
