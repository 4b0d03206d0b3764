import { expect, test } from '@jest/globals';
import { COMMANDS } from './commands.ts';

test.each(COMMANDS)('loads $name under its own name', async ({ name, load }) => {
  expect((await load()).name).toBe(name);
});
