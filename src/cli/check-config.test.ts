import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-check-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const SWITCHBOARD = new URL('./switchboard.mjs', import.meta.url).pathname;

function runCheckConfig(...args: readonly string[]) {
  return runWithEnv({}, ...args);
}

function runWithEnv(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  return new Promise<{ status: unknown; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [SWITCHBOARD, 'check-config', ...args], { cwd: folder, env }, (error, out, err) => {
      resolve({ status: error?.code ?? 0, out, err });
    });
  });
}

function writeConfig(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

test('reports a valid file in one line, with exit status 0', async () => {
  const account = '{ name: bots, vendor: avaamo, baseUrl: https://c7.avaamo.com, accessToken: t }';
  expect(await runCheckConfig(writeConfig('good.yaml', `accounts: [${account}]`))).toEqual({
    status: 0,
    out: 'good.yaml: OK (1 account, 0 agents; no authentication, loopback only)\n',
    err: '',
  });
});

test('reports every error of an invalid file in a line, with exit status 1 and no secret', async () => {
  const account = '{ name: bots, vendor: avaamo, baseUrl: http://c7.avaamo.com, accesToken: CANARY }';
  const { status, out } = await runCheckConfig(
    writeConfig('bad.yaml', `accounts:\n  - ${account}\nserver: { port: "\${NO_SUCH}" }\n`),
  );
  expect(status).toBe(1);
  expect(out.split('\n')).toEqual([
    'bad.yaml:2:5: accounts[0].accessToken: is missing',
    'bad.yaml:2:35: accounts[0].baseUrl: must be https; http is allowed for loopback hosts only: http://c7.avaamo.com',
    'bad.yaml:2:66: accounts[0].accesToken: is not a known key; did you mean accessToken?',
    'bad.yaml:3:11: server.port: the environment variable NO_SUCH is not set',
    '',
  ]);
});

test('warns of trusted documents that the schema rejects', async () => {
  writeConfig('documents.json', '{"good":"{ accounts { name } }","old":"{ accounts { removed } }"}');
  const file = writeConfig(
    'trusted.yaml',
    `
accounts: [{ name: bots, vendor: avaamo, baseUrl: https://c7.avaamo.com, accessToken: t }]
trustedDocuments: { manifest: documents.json }`,
  );
  const { status, out } = await runCheckConfig(file);
  expect([status, ...out.split('\n')]).toEqual([
    0,
    'trusted.yaml: warning: trustedDocuments.manifest: the document old is not valid: Cannot query field "removed" on type "Account".',
    'trusted.yaml: OK (1 account, 0 agents; no authentication, loopback only)',
    '',
  ]);
  expect(await runCheckConfig('--strict', file)).toMatchObject({ status: 1 });
});

test('reports a missing file with exit status 1', async () => {
  expect(await runCheckConfig('gone.yaml')).toEqual({
    status: 1,
    out: 'gone.yaml: cannot be read: there is no such file\n',
    err: '',
  });
});

test.each([
  [[], 'name the FILE to check'],
  [['a', 'b'], 'name one FILE only'],
  [['--unknown', 'a'], "Unknown option '--unknown'"],
  [['--ask', '--no-interpolate', 'a'], '--ask needs the values that --no-interpolate leaves out'],
])('says what is wrong with the arguments %j and prints the usage, with exit status 2', async (args, problem) => {
  const { status, out, err } = await runCheckConfig(...args);
  expect([status, out]).toEqual([2, '']);
  expect(err.split('\n')[0]).toContain(problem);
  expect(err).toMatch(/^Usage: switchboard check-config \[--strict\] \[--no-interpolate \| --ask\] FILE\n/m);
});

test.each(['--help', '-h'])('prints the usage for %s, with exit status 0', async (option) => {
  const { status, out, err } = await runCheckConfig(option);
  expect([status, err]).toEqual([0, '']);
  expect(out).toMatch(/^Usage: /);
});

test('warns of an empty file, which fails with --strict only', async () => {
  const file = writeConfig('empty.yaml', '# nothing yet\n');
  const out = [
    'empty.yaml:1:1: warning: the file is empty; no vendor account is configured, so queries find nothing',
    'empty.yaml: OK (0 accounts, 0 agents; no authentication, loopback only)',
    '',
  ].join('\n');
  expect(await runCheckConfig(file)).toEqual({ status: 0, out, err: '' });
  expect(await runCheckConfig('--strict', file)).toEqual({ status: 1, out, err: '' });
});

test('warns of a secret that looks like a variable, without naming it', async () => {
  const account = '{ name: bots, vendor: avaamo, baseUrl: https://c7.avaamo.com, accessToken: $CANARY }';
  const { status, out } = await runCheckConfig(writeConfig('literal.yaml', `accounts: [${account}]`));
  expect(status).toBe(0);
  expect(out.split('\n')).toEqual([
    'literal.yaml:1:74: warning: accounts[0].accessToken: begins with $ but is no placeholder, so it is used as it is written;' +
      ' to take it from the environment, write ${NAME}',
    'literal.yaml: OK (1 account, 0 agents; no authentication, loopback only)',
    '',
  ]);
});

test('takes the times of scheduled queries for what they are, and warns of no variable', async () => {
  const document = 'query ($d: TimeRange!) { agents { nodes { statusTotals(during: $d) { complete } } } }';
  const file = writeConfig(
    'warm.yaml',
    `warm: [{ cron: "@daily", document: "${document}", variables: { d: { from: $startOfYesterday, to: $startOfToday } } }]\n`,
  );
  const { status, out } = await runCheckConfig(file);
  expect(status).toBe(0);
  expect(out).not.toContain('begins with $');
});

test('reports a scheduled query that is not one of the schema with its line', async () => {
  const entries = [
    'document: "{ agents { nope } }"',
    'document: "query ($id: ID!) { agent(id: $id) { name } }", variables: {}',
  ];
  const lines = entries.map((entry) => `  - { cron: "@daily", ${entry} }\n`);
  const { status, out } = await runCheckConfig(writeConfig('queries.yaml', `warm:\n${lines.join('')}`));
  expect(status).toBe(1);
  expect(out).toContain('queries.yaml:2:23: warm[0].document: is not a valid query: Cannot query field "nope"');
  expect(out).toMatch(/^queries\.yaml:3:\d+: warm\[1\]\.variables: Variable "\$id"/m);
});

test('checks a file without its environment, except for what the environment contains', async () => {
  const account =
    '{ name: "${NAME}", vendor: avaamo, baseUrl: "${URL}", accessToken: "${file:/run/secrets/avaamo}", timeoutMs: "${MS:-5}" }';
  const agent = '{ id: a, kind: virtual, accounts: { bots: "1" } }';
  const text = `accounts: [${account}]\nagents: [${agent}]\nserver: { host: "\${HOST}" }\n`;
  const file = writeConfig('ci.yaml', text);
  expect(await runWithEnv({ HOST: '0.0.0.0', PORT: 'x', HTTPS_PROXY: 'x y' }, '--no-interpolate', file)).toEqual({
    status: 0,
    out: 'ci.yaml: OK (1 account, 1 agent; no authentication, loopback only; 5 values with placeholders not checked)\n',
    err: '',
  });
  const wrong = writeConfig('ci-wrong.yaml', `${text}limits: { maxDepth: "\${", maxTokens: 0 }\n`);
  const { status, out } = await runCheckConfig('--no-interpolate', wrong);
  expect([status, out.split('\n').map((line) => line.slice(0, 44))]).toEqual([
    1,
    ['ci-wrong.yaml:4:11: limits.maxDepth: ${…} mu', 'ci-wrong.yaml:4:27: limits.maxTokens: must b', ''],
  ]);
});

test('reports the errors of a directory file with its lines, and counts its people once it is valid', async () => {
  mkdirSync(join(folder, 'hr'));
  const people = 'id;email\r\n1;jane@example.com\r\n2;jane@example.com\r\n3;x\r\n';
  writeConfig('hr/people.csv', people);
  const file = writeConfig(
    'hr/switchboard.yaml',
    'agents: [{ id: bot, kind: virtual }]\ndirectory: [{ csv: people.csv }]',
  );
  const { status, out } = await runCheckConfig(file);
  expect(status).toBe(1);
  expect(out.split('\n').filter((line) => !line.includes('warning'))).toEqual([
    'hr/people.csv:3:1: email: is the same e-mail address as in hr/people.csv:2: jane@example.com',
    'hr/people.csv:4:1: email: must be a valid e-mail address: x',
    '',
  ]);
  writeConfig('hr/people.csv', 'id\n1\n2\n');
  expect(await runCheckConfig(file)).toMatchObject({ status: 0, out: expect.stringContaining('0 accounts, 3 agents') });
});
