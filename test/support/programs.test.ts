import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { findProgram, missingPrograms, needsOf, REDIS_SERVER, requireProgram } from './programs.ts';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'programs-'));
const executable = join(folder, 'redis-server');
writeFileSync(executable, '');
chmodSync(executable, 0o755);
const notExecutable = join(folder, 'text');
writeFileSync(notExecutable, '', { mode: 0o644 });

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('findProgram', () => {
  test('returns the program from the PATH, or else null', () => {
    expect(findProgram(REDIS_SERVER, { PATH: ['/nowhere', folder].join(delimiter) })).toBe(executable);
    expect(findProgram(REDIS_SERVER, { PATH: '/nowhere' })).toBeNull();
    expect(findProgram(REDIS_SERVER, {})).toBeNull();
  });

  test('returns what the variable names instead, if that can be executed', () => {
    expect(findProgram(REDIS_SERVER, { REDIS_SERVER: executable, PATH: '' })).toBe(executable);
    expect(findProgram(REDIS_SERVER, { REDIS_SERVER: notExecutable, PATH: folder })).toBeNull();
  });
});

test('findProgram returns null for a program that cannot be used on this machine', () => {
  const unusable = { ...REDIS_SERVER, isUsable: () => false };
  expect(findProgram(unusable, { PATH: folder })).toBeNull();
});

describe('requireProgram', () => {
  test('throws an error that says how to get a missing program', () => {
    expect(() => requireProgram(REDIS_SERVER, { PATH: '' })).toThrow(
      'redis-server is missing: apt-get install redis-server, or brew install redis',
    );
  });
});

describe('missingPrograms', () => {
  test('returns what a file needs and the machine lacks', () => {
    expect(missingPrograms(['redis-server'], { PATH: '' })).toEqual([REDIS_SERVER]);
    expect(missingPrograms(['redis-server'], { PATH: folder })).toEqual([]);
  });

  test('returns nothing with CI=true, so that the tests run and fail', () => {
    expect(missingPrograms(['redis-server'], { PATH: '', CI: 'true' })).toEqual([]);
  });

  test('throws for a program that is not listed', () => {
    expect(() => missingPrograms(['postgres'], {})).toThrow('@needs postgres');
  });
});

test('needsOf reads @needs from the first comment of a file only', () => {
  const file = join(folder, 'some.test.ts');
  writeFileSync(
    file,
    '/**\n * Text.\n * @needs redis-server\n * @needs chromium\n */\nimport {} from "x";\n/** @needs other */\n',
  );
  expect(needsOf(file)).toEqual(['redis-server', 'chromium']);
  writeFileSync(file, 'import {} from "x";\n/** @needs other */\n');
  expect(needsOf(file)).toEqual([]);
});

// Canaries: Jest itself, on a file that needs Redis, without redis-server on the PATH.
describe('a run of Jest without redis-server', () => {
  const FILE = 'src/cache/token-store.test.ts';

  test('skips the file, names the program and how to get it, and passes', async () => {
    const { status, output } = await runJest(FILE, { CI: '' });
    expect(output).toContain(`SKIPPED ${FILE}: redis-server is missing: apt-get install redis-server`);
    expect(output).toMatch(/\n {2}redis-server: \d+ tests in 1 file\. apt-get install redis-server/);
    expect(output).toMatch(/Tests: +\d+ skipped, \d+ total/);
    expect(status).toBe(0);
  });

  test('fails with CI=true', async () => {
    const { status, output } = await runJest(FILE, { CI: 'true' });
    expect(output).toContain('redis-server is missing: apt-get install redis-server');
    expect(output).not.toContain('SKIPPED');
    expect(output).toMatch(/Tests: +\d+ failed, \d+ total/);
    expect(status).toBe(1);
  });
});

function runJest(file: string, env: Readonly<Record<string, string>>): Promise<{ status: number; output: string }> {
  const args = [
    '--disable-warning=ExperimentalWarning',
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    file,
  ];
  const path = { PATH: dirname(process.execPath), REDIS_SERVER: '', FORCE_COLOR: '0' };
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env: { ...process.env, ...path, ...env } };
    const child = execFile(process.execPath, args, options, (_error, stdout, stderr) => {
      resolve({ status: child.exitCode ?? -1, output: stdout + stderr });
    });
  });
}
