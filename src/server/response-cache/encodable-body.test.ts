import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { createEncodableBody } from './encodable-body.ts';

test('compresses once for each coding, also for requests at the same time, and reports the bytes', async () => {
  const bytes = Buffer.from('status '.repeat(1000));
  const lengths: number[] = [];
  const body = createEncodableBody(bytes, (length) => lengths.push(length));
  const [first, second] = await Promise.all([body.encode('gzip'), body.encode('gzip')]);
  expect(second).toBe(first);
  expect(body.encode('gzip')).toBe(first);
  expect(gunzipSync(first)).toEqual(bytes);
  const other = await body.encode('br');
  expect(brotliDecompressSync(other)).toEqual(bytes);
  expect(lengths).toEqual([first.length, other.length]);
});

test('chooses a coding for each header, whatever the header before was', () => {
  const large = createEncodableBody(Buffer.alloc(2000));
  const small = createEncodableBody(Buffer.alloc(1000));
  const headers = [undefined, 'gzip', 'br, gzip', 'gzip', undefined, 'identity;q=0, gzip'];
  expect(headers.map(large.codingFor)).toEqual(['identity', 'gzip', 'br', 'gzip', 'identity', 'gzip']);
  expect(headers.map(small.codingFor)).toEqual([...Array<string>(5).fill('identity'), 'gzip']);
});
