import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { sendQuery, setUpGatewayProcesses, terminate } from '../../test/support/gateway-process.ts';

const gateways = setUpGatewayProcesses();

async function waitForExit(child: ChildProcess) {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

test('exits with status 1 and one line that names the port and a remedy when the port is in use', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  expect(await waitForExit(gateways.run({ env: { PORT: String(port) } }))).toEqual({
    code: 1,
    stdout: '',
    stderr:
      `Port ${port} on 127.0.0.1 is already in use. ` +
      `Stop the process that uses it, or choose another port: PORT=${port + 1} npm start\n`,
  });
  server.close();
});

test('exits with status 1 and one line that names the host and a remedy when the host is not of this machine', async () => {
  const file = join(gateways.folder(), 'with-auth.yaml');
  await writeFile(
    file,
    `auth: { apiKeys: [{ name: wallboard, sha256: "${'0'.repeat(64)}" }] }
accounts: [{ name: bots, vendor: avaamo, baseUrl: "http://127.0.0.1:9", accessToken: none }]
`,
  );

  // 192.0.2.0/24 is reserved for documentation (RFC 5737).
  const env = { SWITCHBOARD_CONFIG: file, HOST: '192.0.2.1' };
  expect(await waitForExit(gateways.run({ env }))).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'Host 192.0.2.1 is not an address of this machine. Set HOST (or server.host) to one that is, such as 127.0.0.1.\n',
  });
});

test('exits with status 1 and reports every error of the environment when nothing is configured', async () => {
  const { code, stdout, stderr } = await waitForExit(
    gateways.run({ env: { HOST: '0.0.0.0', PORT: 'http', LOG_LEVEL: 'loud' } }),
  );

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(/^environment: LOG_LEVEL: "loud" is not a log level; use one of debug, info, /),
    expect.stringMatching(/^environment: PORT: /),
    expect.stringMatching(
      /^environment: HOST: 0\.0\.0\.0 is not a loopback host, and nothing is configured: .* Unset HOST/,
    ),
    '',
  ]);
});

test.each([
  ['debug', true],
  ['info', false],
])('logs cache reads with LOG_LEVEL=%s: %j', async (level, isLogged) => {
  const { process: running, url } = await gateways.start({ env: { LOG_LEVEL: level } });
  const log: string[] = [];
  if (running.stdout) createInterface(running.stdout).on('line', (line) => log.push(line));
  await sendQuery(url, '{ agents(first: 1) { nodes { currentStatus { status } } } }');

  expect(await terminate(running)).toBe(0);
  const reads = log.map((line) => JSON.parse(line) as object).filter((entry) => 'result' in entry);
  expect(reads.length > 0).toBe(isLogged);
  if (isLogged) {
    expect(reads).toContainEqual({
      level: 'debug',
      time: expect.any(String),
      account: 'kore-main',
      endpoint: 'agentstatusdetails',
      result: 'miss',
      keys: expect.any(Number),
      message: 'cache read',
    });
  }
});
