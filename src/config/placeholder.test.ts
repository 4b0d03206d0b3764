import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resolvePlaceholder } from './placeholder.ts';

describe('an environment variable', () => {
  const resolve = (expression: string, env = {}) => resolvePlaceholder(expression, { env, folder: '/' });

  test.each([
    ['A', { A: 'one' }, 'one'],
    ['A', { A: '' }, ''],
    ['A:-two', { A: 'one' }, 'one'],
    ['A:-two', { A: '' }, 'two'],
    ['A:-two', {}, 'two'],
    ['A:-', {}, ''],
    ['A:-a:-b $x', {}, 'a:-b $x'],
  ])('resolves %j with %j to %j', (expression, env, value) => {
    expect(resolve(expression, env)).toEqual({ value });
  });

  test.each(['', 'A-B', ' A', '1', ':-x', 'A-x', 'A:x'])('has no value for %j', (expression) => {
    expect(resolve(expression, { A: 'x' })).toMatchObject({ problem: expect.stringContaining('environment variable') });
  });

  test('has no value where it is not set', () => {
    expect(resolve('A')).toEqual({ problem: 'the environment variable A is not set' });
  });
});

describe('a file', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'placeholder-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const resolve = (expression: string) => resolvePlaceholder(expression, { env: {}, folder });

  test.each([
    ['secret\n', 'secret'],
    ['secret\r\n', 'secret'],
    ['secret\n\n', 'secret\n'],
    [' secret ', ' secret '],
    ['', ''],
  ])('with the text %j has the value %j', (text, value) => {
    writeFileSync(join(folder, 'kore'), text);
    expect(resolve(`file:${join(folder, 'kore')}`)).toEqual({ value });
    // A relative name counts from the configuration's folder.
    expect(resolve('file:kore')).toEqual({ value });
  });

  test('has no value where it cannot be read, is too large or is not named', () => {
    expect(resolve('file:missing')).toEqual({ problem: 'the file missing cannot be read (ENOENT)' });
    writeFileSync(join(folder, 'large'), 'x'.repeat(65_537));
    expect(resolve('file:large')).toEqual({ problem: 'the file large has more than 65536 bytes' });
    expect(resolve('file:')).toHaveProperty('problem');
  });
});
