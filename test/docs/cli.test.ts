import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/cli/commands.ts';

const text = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const sections = new Map(
  text
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split('\n')[0] ?? '', section]),
);

test('has a section for each command, in the order of `switchboard --help`', () => {
  const names = COMMANDS.map(({ name }) => `switchboard ${name}`);
  expect([...sections.keys()].filter((title) => title.startsWith('switchboard '))).toEqual(names);
});

test.each(COMMANDS)('says of $name what its --help says: usage, options, exit statuses', async ({ name, load }) => {
  const { usage, options, exitStatus } = await load();
  const section = sections.get(`switchboard ${name}`) ?? '';
  expect(section).toContain(`\nswitchboard ${name} ${usage}\n`);
  const rows = [...section.matchAll(/^\| `(--.+?)` +\| (.+?) +\|$/gm)].map(([, option = '', help]) => [
    option.replaceAll('\\|', '|'),
    help,
  ]);
  expect(rows).toEqual(
    Object.entries(options).map(([option, { value, help }]) => [
      `--${option}${value === undefined ? '' : ` ${value}`}`,
      help,
    ]),
  );
  expect(section).toContain(`Exit status: ${exitStatus}`);
});
