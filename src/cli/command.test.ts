import { expect, test } from '@jest/globals';
import { defineCommand } from './command.ts';

test('runs a command with its parsed options, and rejects with what is wrong with them', async () => {
  const command = defineCommand({
    name: 'test',
    usage: '[--port PORT]',
    description: '',
    exitStatus: '',
    options: { port: { type: 'string', value: 'PORT', help: '' } },
    run: ({ values: { port = '0' } }) => Number(port),
  });
  const host = { startGateway: () => Promise.resolve() };
  expect(await command.run(['--port', '7'], host)).toBe(7);
  expect(await command.run([], host)).toBe(0);
  await expect(command.run(['--prot', '7'], host)).rejects.toThrow('did you mean --port?');
});
