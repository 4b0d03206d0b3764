import { expect, test } from '@jest/globals';
import { parseLogLevel } from './log-level.ts';

test.each([
  [{}, 'info'],
  [{ LOG_LEVEL: '' }, 'info'],
  [{ LOG_LEVEL: 'debug' }, 'debug'],
  [{ LOG_LEVEL: 'WARN' }, 'warn'],
  [{ LOG_LEVEL: 'silent' }, 'silent'],
])('reads the log level of %j as %s', (env, level) => {
  expect(parseLogLevel(env)).toEqual({ level, errors: [] });
});

test.each(['loud', 'trace', 'debug '])('rejects the log level %j with the value and the allowed ones', (value) => {
  expect(parseLogLevel({ LOG_LEVEL: value }).errors).toEqual([
    {
      file: 'environment',
      path: 'LOG_LEVEL',
      message: `"${value}" is not a log level; use one of debug, info, warn, error, fatal, silent`,
    },
  ]);
});
