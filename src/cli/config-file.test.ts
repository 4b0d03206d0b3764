import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CommandFolder, createCommandFolder } from '../../test/support/cli.ts';

let folder: CommandFolder;
beforeAll(() => {
  folder = createCommandFolder();
  folder.write(
    'a.graphql',
    '{ agentByKey(key: "a") { usageStats(during: { from: "2026-11-01", to: "2026-11-02" }) { messages } } }',
  );
});
afterAll(() => {
  folder.remove();
});

function plan(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return folder.run(['plan', '--json', ...args, 'a.graphql'], { env });
}

test('rejects the command where nothing is configured, with exit status 2', async () => {
  const { status, err } = await plan([]);
  expect([status, err.split('\n')[0]]).toEqual([
    2,
    'nothing is configured: pass --config FILE, set SWITCHBOARD_CONFIG, or run it where switchboard.yaml is',
  ]);
});

test('reports every error of the configuration with its line, with exit status 1', async () => {
  folder.write('bad.yaml', 'accounts: []\nlimitz: {}\nserver: { port: x }\n');
  expect(await plan(['--config', 'bad.yaml'])).toMatchObject({
    status: 1,
    out: '',
    err: expect.stringMatching(/^bad\.yaml:2:1: limitz: .*\nbad\.yaml:3:11: server\.port: .*\n$/),
  });
});

test.each([
  ['the option, before all else', ['--config', 'a.yaml'], { SWITCHBOARD_CONFIG: 'b.yaml' }, 'a.yaml'],
  ['SWITCHBOARD_CONFIG', [], { SWITCHBOARD_CONFIG: 'b.yaml' }, 'b.yaml'],
  ['switchboard.yaml where the variable is empty', [], { SWITCHBOARD_CONFIG: '' }, 'switchboard.yaml'],
])('takes the file of %s', async (_, args, env, file) => {
  for (const name of ['a.yaml', 'b.yaml', 'switchboard.yaml']) folder.write(name, 'limitz: {}\n');
  expect((await plan(args, env)).err).toContain(`${file}:1:1: limitz: `);
});
