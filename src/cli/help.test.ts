import { expect, test } from '@jest/globals';
import { formatCommandHelp, formatProgramHelp } from './help.ts';

test('formats the help of a command, with aligned options', () => {
  const help = formatCommandHelp({
    name: 'read',
    usage: '[-c FILE] FILE',
    description: 'Reads.',
    options: { config: { type: 'string', short: 'c', value: 'FILE', help: 'what to use' } },
    exitStatus: '0 read.',
  });
  expect(help).toBe(`Usage: switchboard read [-c FILE] FILE

Reads.

Options:
  -c, --config FILE  what to use
  -h, --help         prints this

Exit status: 0 read.`);
});

test('formats the help of the program, with aligned commands', () => {
  const load = () => Promise.reject(new Error('not loaded'));
  const help = formatProgramHelp([
    { name: 'a', summary: 'does one thing', load },
    { name: 'bcd', summary: 'does another', load },
  ]);
  expect(help).toContain('\n  a    does one thing\n  bcd  does another\n');
});
