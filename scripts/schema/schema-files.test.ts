import { expect, test } from '@jest/globals';
import { compareSchemas } from './compare-schemas.ts';
import { readCurrentSchema, readReleasedSchema } from './schema-files.ts';

test('the present schema may be released in the present version', () => {
  expect(compareSchemas(readReleasedSchema(), readCurrentSchema()).problem).toBeNull();
});

test('a field that the present schema loses is found', () => {
  const { sdl, version } = readCurrentSchema();
  const withoutField = sdl.replace('  lastError: String\n', '  renamed: String\n');
  expect(withoutField).not.toBe(sdl);
  const released = { ...readReleasedSchema(), version };
  expect(compareSchemas(released, { sdl: withoutField, version })).toMatchObject({
    breaking: ['Account.lastError was removed.'],
    problem: expect.stringContaining(version),
  });
});
