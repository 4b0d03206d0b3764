import { expect, test } from '@jest/globals';
import { ForeignDatabaseError } from './disk-database.ts';
import { classifyDiskError } from './disk-errors.ts';

test.each([
  [{ errcode: 13, code: 'ERR_SQLITE_ERROR' }, 'full'],
  [{ errcode: 5 | (1 << 8) }, 'busy'],
  [{ errcode: 11 }, 'damaged'],
  [{ errcode: 26 }, 'damaged'],
  [{ errcode: 10 | (3 << 8) }, 'io'],
  [{ errcode: 8 }, 'readonly'],
  [{ errcode: 1 }, 'other'],
  [{ code: 'ENOSPC' }, 'full'],
  [{ code: 'EACCES' }, 'readonly'],
  [{ code: 'ENOENT' }, 'io'],
  [{ code: 'EUNKNOWN' }, 'other'],
  [new ForeignDatabaseError(), 'foreign'],
  [undefined, 'other'],
])('classifies %j as %s', (error, reason) => {
  expect(classifyDiskError(error)).toBe(reason);
});
