import { describe, expect, test } from '@jest/globals';
import { errorLines, loadOrThrow, MAIL_ACCOUNT, NUMBERS_ACCOUNT } from '../../test/support/config-harness.ts';
import type { Secret } from './secret.ts';

function withSecret(value: string) {
  return `accounts: [{ ${MAIL_ACCOUNT.replace('s3cret-in-file', () => JSON.stringify(value))} }]`;
}

function secretOf(text: string, env: Record<string, string>): string {
  const account = loadOrThrow(text, env).accounts[0] as unknown as { clientSecret: Secret };
  return account.clientSecret.reveal();
}

describe('${NAME}', () => {
  test.each([
    ['${A}', 'one'],
    ['${A}${B}', 'onetwo'],
    ['x-${A}-y', 'x-one-y'],
    ['$A', '$A'],
    ['$${A}', '${A}'],
    ['$$', '$$'],
    ['${C}', '${A}'],
  ])('replaces variables in %s', (text, expected) => {
    expect(secretOf(withSecret(text), { A: 'one', B: 'two', C: '${A}' })).toBe(expected);
  });

  test('inserts values that JSON or YAML would interpret differently as plain text', () => {
    expect(secretOf(withSecret('${A}'), { A: '": # \n\\ *x' })).toBe('": # \n\\ *x');
    expect(secretOf(withSecret('${A}'), { A: '0123' })).toBe('0123');
    expect(secretOf(withSecret('${A}'), { A: 'true' })).toBe('true');
  });

  test('reports a variable that is not set, with its name and position, and nothing else', () => {
    expect(errorLines(`accounts:\n  - { ${MAIL_ACCOUNT.replace('s3cret-in-file', '"${KORE_SECRET}"')} }`)).toEqual([
      'test.yaml:2:71: accounts[0].clientSecret: the environment variable KORE_SECRET is not set',
    ]);
    expect(errorLines('limits: { maxDepth: "${DEPTH}" }')).toEqual([
      'test.yaml:1:11: limits.maxDepth: the environment variable DEPTH is not set',
    ]);
  });

  test.each(['${', '${A', '${}', '${A-B}', '${ A }', '${1}'])('rejects %s, which names no variable', (text) => {
    expect(errorLines(withSecret(text), { A: 'x' })).toEqual([
      expect.stringContaining('must name an environment variable'),
    ]);
  });

  test('inserts an empty variable as an empty value', () => {
    expect(errorLines(withSecret('${A}'), { A: '' })).toEqual([
      expect.stringContaining('clientSecret: must not be empty'),
    ]);
  });

  test('converts a variable to a number or a boolean where the schema requires it', () => {
    const text = `limits: { maxDepth: "\${DEPTH}" }\naccounts: [{ ${MAIL_ACCOUNT}, discover: "\${YES}", timeoutMs: "\${MS}" }]`;
    const { limits, accounts } = loadOrThrow(text, { DEPTH: '7', YES: 'false', MS: '9' });
    expect(limits.maxDepth).toBe(7);
    expect(accounts[0]).toMatchObject({ discover: false, timeoutMs: 9 });
  });

  test('converts a variable to one of several allowed numbers', () => {
    const text = `accounts: [{ ${NUMBERS_ACCOUNT}, apiVersion: "\${V}" }]`;
    expect(loadOrThrow(text, { V: '2' }).accounts[0]).toMatchObject({ apiVersion: 2 });
    expect(errorLines(text, { V: '3' })).toEqual([expect.stringContaining('accounts[0].apiVersion: must be 1 or 2')]);
  });

  test('does not convert text of the file itself to a number', () => {
    expect(errorLines('limits: { maxDepth: "7" }')).toEqual([expect.stringContaining('must be a number')]);
  });

  test.each(['seven', '0x7', '1e3', '', ' 7'])('rejects the variable value %j for a number', (DEPTH) => {
    expect(errorLines('limits: { maxDepth: "${DEPTH}" }', { DEPTH })).toEqual([
      expect.stringContaining('must be a number'),
    ]);
  });

  test('replaces variables in block texts, lists and references, but not in keys', () => {
    const text = `accounts: [{ ${NUMBERS_ACCOUNT} }]
agents:
  - id: jane
    kind: human
    name: >-
      \${A} Doe
    accounts: { numbers: "\${N}" }
"\${A}": 1`;
    expect(errorLines(text, { A: 'Jane', N: '007' })).toEqual(['test.yaml:8:1: ["${A}"]: is not a known key']);
    expect(loadOrThrow(text.replace('"${A}": 1', ''), { A: 'Jane', N: '007' }).agents).toEqual([
      { id: 'jane', kind: 'human', name: 'Jane Doe', accounts: { numbers: '007' } },
    ]);
  });
});
