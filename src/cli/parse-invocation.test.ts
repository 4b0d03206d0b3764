import { describe, expect, test } from '@jest/globals';
import type { CommandDescription } from './command-description.ts';
import { parseInvocation } from './parse-invocation.ts';

const command = {
  name: 'test',
  usage: '',
  description: '',
  exitStatus: '',
  options: {
    config: { type: 'string', short: 'c', value: 'FILE', help: '' },
    scope: { type: 'string', multiple: true, value: 'SCOPE', help: '' },
    json: { type: 'boolean', help: '' },
  },
} as const satisfies CommandDescription;
const withOperand = { ...command, operand: { name: 'FILE', purpose: 'to read' } };

describe('parseInvocation', () => {
  test('returns the options by name, and those that may be repeated as lists', () => {
    const { values, operand } = parseInvocation(command, ['--json', '-c', 'a', '--scope', 'x', '--scope=y']);
    expect([{ ...values }, operand]).toEqual([{ json: true, config: 'a', scope: ['x', 'y'] }, '']);
  });

  test('returns the operand, also one that begins with a dash', () => {
    expect(parseInvocation(withOperand, ['a']).operand).toBe('a');
    expect(parseInvocation(withOperand, ['-']).operand).toBe('-');
    expect(parseInvocation(withOperand, ['--', '--json']).operand).toBe('--json');
  });

  test.each([
    [['--confg', 'a'], "Unknown option '--confg'; did you mean --config?"],
    [['--jsno'], "Unknown option '--jsno'; did you mean --json?"],
    [['--weather'], "Unknown option '--weather'"],
    [['-x'], "Unknown option '-x'"],
    [['--config'], "Option '-c, --config <value>' argument missing"],
    [['--json=yes'], "Option '--json' does not take an argument"],
    [['a'], 'unexpected argument: a'],
  ])('rejects %j', (args, message) => {
    expect(() => parseInvocation(command, args)).toThrow(expect.objectContaining({ message, exitStatus: 2 }));
  });

  test.each([
    [[], 'name the FILE to read'],
    [['a', 'b'], 'name one FILE only'],
  ])('rejects the operands %j', (args, message) => {
    expect(() => parseInvocation(withOperand, args)).toThrow(expect.objectContaining({ message, exitStatus: 2 }));
  });
});
