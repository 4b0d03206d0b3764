import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import packageJson from '../../package.json' with { type: 'json' };
import { type CommandFolder, createCommandFolder, SWITCHBOARD } from '../../test/support/cli.ts';
import { runCli } from './cli.ts';
import { COMMANDS } from './commands.ts';

let folder: CommandFolder;
beforeAll(() => {
  folder = createCommandFolder();
});
afterAll(() => {
  folder.remove();
});

test('prints the version', async () => {
  expect(await folder.run(['--version'])).toEqual({ status: 0, out: `${packageJson.version}\n`, err: '' });
});

test.each([[['--help']], [['-h']], [['help']]])('prints the commands for %j', async (args) => {
  const { status, out, err } = await folder.run(args);
  expect([status, err]).toEqual([0, '']);
  for (const { name, summary } of COMMANDS) expect(out).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
});

test('prints the commands on standard error without one, with exit status 2', async () => {
  const { status, out, err } = await folder.run([]);
  expect([status, out]).toEqual([2, '']);
  expect(err).toMatch(/^Usage: switchboard COMMAND /);
});

test.each([
  ['strat', "Unknown command 'strat'; did you mean start?"],
  ['check_config', "Unknown command 'check_config'; did you mean check-config?"],
  ['weather', "Unknown command 'weather'"],
  ['--versoin', "Unknown option '--versoin'; did you mean --version?"],
])('names, for %s, the command or option that was probably meant, with exit status 2', async (name, problem) => {
  const { status, out, err } = await folder.run([name]);
  expect([status, out, err.split('\n')[0]]).toEqual([2, '', problem]);
});

/** Runs a command in this process, which takes a tenth of the time of one of its own. */
async function runHere(args: readonly string[]) {
  const out = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  const err = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    const status = await runCli(args, { startGateway: () => Promise.reject(new Error('started')) });
    const [printed, reported] = [out, err].map(({ mock }) => mock.calls.map(String).join('\n'));
    return { status, out: printed ?? '', err: reported ?? '' };
  } finally {
    jest.restoreAllMocks();
  }
}

describe.each(COMMANDS)('$name', ({ name, load }) => {
  test.each(['--help', '-h'])('prints its usage and every option for %s', async (option) => {
    const { status, out, err } = await runHere([name, '--unknown', option]);
    expect([status, err]).toEqual([0, '']);
    const { usage, options } = await load();
    expect(out.split('\n')[0]).toBe(`Usage: switchboard ${name} ${usage}`);
    for (const each of Object.keys(options)) expect(out).toMatch(new RegExp(`^  (-., )?--${each} `, 'm'));
  });

  test('names every option in its usage, and no other', async () => {
    const { usage, options } = await load();
    const names = Object.keys(options).map((each) => `--${each}`);
    expect([...new Set(usage.match(/--[a-z-]+/g))].toSorted()).toEqual(names.toSorted());
  });

  test('rejects an unknown option, with exit status 2', async () => {
    const { status, out, err } = await runHere([name, '--unknown']);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(/^Unknown option '--unknown'\n\nUsage: switchboard /);
  });
});

test('prints no stack for a mistake of the user', async () => {
  const { err } = await folder.run(['plan', '--config', 'none.yaml', 'none.graphql']);
  expect(err).toBe('none.graphql: cannot be read: there is no such file\n');
});

test('ends without an error when the reader of its output does', async () => {
  const child = spawn(process.execPath, [SWITCHBOARD, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += String(chunk)));
  const [status] = (await once(child, 'close')) as [number];
  expect([status, err]).toEqual([0, '']);
});
