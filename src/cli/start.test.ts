import { expect, test } from '@jest/globals';
import { SWITCHBOARD } from '../../test/support/cli.ts';
import { setUpGatewayProcesses, terminate } from '../../test/support/gateway-process.ts';
import { startCommand } from './start.ts';

const gateways = setUpGatewayProcesses();

test('runs the gateway in its own process, with the port of the option, until a signal', async () => {
  // From the sources, so that no test writes a bundle into this checkout.
  const gateway = await gateways.start({
    script: SWITCHBOARD,
    args: ['start', '--port', '0', '--host', 'localhost'],
    env: { PORT: '1' },
    nodeOptions: ['--permission', '--allow-fs-read=*', '--allow-net', '--allow-child-process'],
  });
  expect(new URL(gateway.url).hostname).toBe('localhost');
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  expect(await terminate(gateway.process)).toBe(0);
});

test('passes its options to the gateway as the environment', async () => {
  const before = { ...process.env };
  const seen: Record<string, unknown> = {};
  try {
    await startCommand.run(['--config', 'a.yaml', '--port', '8080', '--host', '::1'], {
      startGateway: () => {
        Object.assign(seen, process.env);
        return Promise.resolve();
      },
    });
    expect(seen).toEqual({ ...before, SWITCHBOARD_CONFIG: 'a.yaml', PORT: '8080', HOST: '::1' });
  } finally {
    delete process.env.SWITCHBOARD_CONFIG;
    delete process.env.PORT;
    delete process.env.HOST;
    Object.assign(process.env, before);
  }
});

test.each(['x', '65536', '-1', ''])('rejects the port "%s", with exit status 2', async (port) => {
  const host = { startGateway: () => Promise.reject(new Error('started')) };
  await expect(startCommand.run([`--port=${port}`], host)).rejects.toMatchObject({
    message: `--port must be a whole number from 0 to 65535: ${port}`,
    exitStatus: 2,
  });
});
