import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  CANARY_CALLER_KEY,
  collectOutput,
  expectNoLeak,
  vendorSecrets,
  withoutProtection,
} from '../support/canary-harness.ts';
import { steppedClock } from '../support/clock.ts';
import { NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

/** What vendors quote from a request holds no secret, token or key when it leaves the gateway. */

let world: World;
beforeAll(async () => {
  world = await startWorld(steppedClock(NOW));
});
afterAll(() => world.stop());

describe('vendors that quote the request', () => {
  let echo: Server;
  afterEach(() => new Promise((resolve) => echo.close(resolve)));

  const TOKEN = 'CANARY-bearer-token-51c0';

  async function startEcho(status: number): Promise<string> {
    echo = createServer((request, response) => {
      void readText(request).then((body) => {
        const { auth, authorization, 'access-token': accessToken } = request.headers;
        // The credentials come first, because messages are cut after about 200 characters.
        const quoted = [auth, accessToken, authorization, body, request.url].filter((text) => text !== undefined);
        if (request.url?.includes('connect/token'))
          response.end(JSON.stringify({ access_token: TOKEN, expires_in: 7200 }));
        else response.writeHead(status).end(JSON.stringify({ message: quoted.join(' ') }));
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => echo.once('listening', resolve));
    return `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
  }

  async function readText(request: IncomingMessage): Promise<string> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    return Buffer.concat(parts).toString();
  }

  test.each([200, 400, 401, 403, 404, 422, 429, 500])(
    'leaks no credentials that vendors quote from the request with status %i',
    async (status) => {
      const baseUrl = await startEcho(status);
      const withEchoServer = (config: RawConfig): RawConfig => ({
        ...config,
        accounts: config.accounts.map((account) => {
          const { secrets = [] } = vendorSecrets.find(({ key }) => key === account.vendor) ?? {};
          const canaries = secrets.map((name) => [name, `CANARY-${account.name}-${name}`]);
          return { ...account, ...(Object.fromEntries(canaries) as Record<string, string>), baseUrl };
        }),
      });
      const gateway = await world.startGateway((config) => withoutProtection(withEchoServer(config)));
      const output = await collectOutput(gateway);
      expectNoLeak(output, ['CANARY', CANARY_CALLER_KEY, TOKEN]);
      // A token that the gateway signed would let every reader of it call the vendor.
      expect(output).not.toMatch(/eyJ[\w-]+\.[\w-]+\./);
      await gateway.stop();
    },
  );
});

test('detects a leaked canary in every encoding, and a stack trace', () => {
  for (const text of ['x CANARY y', `x ${encodeURIComponent('a/b c')} y`, Buffer.from('CANARY').toString('base64')]) {
    expect(() => {
      expectNoLeak(text, ['CANARY', 'a/b c']);
    }).toThrow();
  }
  expect(() => {
    expectNoLeak('fail\n    at run (/app/src/main.ts:1:2)', []);
  }).toThrow();
});
