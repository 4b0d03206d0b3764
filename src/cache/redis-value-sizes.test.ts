import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createValueSizes, MAX_COMMAND_BYTES } from './redis-value-sizes.ts';

function id(endpoint: string, key = ''): string {
  return JSON.stringify(['KORE', 'a', '[["botId","\\"1"]]', endpoint, 1, key]);
}

test('names 16 keys in the first command of a class', () => {
  expect(createValueSizes().keysPerCommand(id('sessions'))).toBe(16);
});

test('learns the size of each endpoint separately', () => {
  const sizes = createValueSizes();
  sizes.observe(id('sessions', 'x'), 10, 10 * 1024);
  sizes.observe(id('files', 'y'), 1, 10 * MAX_COMMAND_BYTES);
  expect(sizes.keysPerCommand(id('sessions', 'z'))).toBe(1024);
  expect(sizes.keysPerCommand(id('files', 'z'))).toBe(1);
  expect(sizes.keysPerCommand(id('agents', 'z'))).toBe(16);
});

test('grows at once, falls slowly, and learns nothing from misses', () => {
  const sizes = createValueSizes();
  sizes.observe(id('a'), 1, 100);
  sizes.observe(id('a'), 1, 1000);
  expect(sizes.expectedBytes(id('a'))).toBe(1000);
  sizes.observe(id('a'), 1, 100);
  expect(sizes.expectedBytes(id('a'))).toBe(550);
  sizes.observe(id('a'), 0, 0);
  expect(sizes.expectedBytes(id('a'))).toBe(550);
});

test('keeps every command of values of one size within its bytes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 * MAX_COMMAND_BYTES }),
      fc.integer({ min: 1, max: 50 }),
      (bytes, values) => {
        const sizes = createValueSizes();
        sizes.observe(id('a'), values, values * bytes);
        const keys = sizes.keysPerCommand(id('a'));
        expect(keys).toBeGreaterThanOrEqual(1);
        expect(keys).toBeLessThanOrEqual(2000);
        if (keys > 1) expect(keys * bytes).toBeLessThanOrEqual(MAX_COMMAND_BYTES);
      },
    ),
  );
});
