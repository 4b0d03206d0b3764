import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { chooseCoding, CODINGS, compress } from './content-coding.ts';

test.each([
  // Chrome, Firefox, Safari, Prometheus, undici.
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip, deflate, br', 'br'],
  ['gzip, deflate', 'gzip'],
  ['gzip', 'gzip'],
  ['GZIP;Q=0.5', 'gzip'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['zstd;q=0, br;q=0.0, gzip;q=0.001', 'gzip'],
  ['*', 'zstd'],
  ['zstd;q=0, *;q=0.5', 'br'],
  ['identity;q=0, *', 'zstd'],
  ['identity;q=0, gzip', 'gzip'],
  ['identity, gzip;q=0.5', 'identity'],
  ['identity', 'identity'],
  ['deflate', 'identity'],
  ['gzip;q=0', 'identity'],
  ['gzip;q=high', 'identity'],
  ['', 'identity'],
  [undefined, 'identity'],
  // Nothing acceptable: an uncompressed answer is worth more than none (RFC 9110, section 15.5.7).
  ['identity;q=0', 'identity'],
  ['*;q=0', 'identity'],
])('answers Accept-Encoding: %s with %s', (header, coding) => {
  expect(chooseCoding(header, CODINGS)).toBe(coding);
});

test('chooses among the codings that exist', () => {
  expect(chooseCoding('zstd, br, gzip', ['br', 'gzip'])).toBe('br');
  expect(chooseCoding('zstd, br, gzip', [])).toBe('identity');
});

const DECODERS = { zstd: zstdDecompressSync, br: brotliDecompressSync, gzip: gunzipSync };

test.each(CODINGS)('compresses with %s, off the event loop', async (coding) => {
  const body = Buffer.from(JSON.stringify(Array.from({ length: 5000 }, (_, id) => ({ id, name: `Agent Ä ${id}` }))));
  let turns = 0;
  setImmediate(() => {
    turns += 1;
  });
  const compressed = await compress(coding, body);
  expect(turns).toBe(1);
  expect(compressed.length).toBeLessThan(body.length / 4);
  expect(DECODERS[coding](compressed).equals(body)).toBe(true);
});
