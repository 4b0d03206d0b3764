/** @needs chromium */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { sha256 } from '../support/auth-harness.ts';
import { CHROMIUM, requireProgram } from '../support/programs.ts';
import { type Gateway, startWorld, type World } from '../support/world.ts';

// For a busy machine; every wait ends as soon as its condition holds.
let world: World;
let gateway: Gateway;
let browser: Browser;
let listed: Page;
let unlisted: Page;
const servers: Server[] = [];

/** A server of an empty page; each has a port, and so an origin, of its own. */
async function startSite(): Promise<string> {
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>page</title>');
  });
  servers.push(site);
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
}

async function openPage(origin: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(origin);
  return page;
}

beforeAll(async () => {
  const executablePath = requireProgram(CHROMIUM);
  const [listedOrigin, unlistedOrigin] = await Promise.all([startSite(), startSite()]);
  world = await startWorld();
  gateway = await world.startGateway((raw) => ({
    ...raw,
    server: { cors: { origins: [listedOrigin] } },
    auth: { apiKeys: [{ name: 'wallboard', sha256: sha256('browser-key') }] },
    limits: { callerRequestsPerMinute: 2 },
  }));
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  listed = await openPage(listedOrigin);
  unlisted = await openPage(unlistedOrigin);
});

afterAll(async () => {
  await browser.close();
  await world.stop();
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

interface PageAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends a query as a script of the page would; resolves to what the script can read, or to the error's text. */
function queryFrom(page: Page, { mode = 'cors', contentType = 'application/json' } = {}): Promise<PageAnswer | string> {
  const body = JSON.stringify({ query: '{ agents(first: 50) { totalCount nodes { id key name email kind } } }' });
  const init = {
    method: 'POST',
    mode,
    headers: { 'content-type': contentType, ...(mode === 'cors' && { authorization: 'Bearer browser-key' }) },
    body,
  };
  return page.evaluate<PageAnswer | string>(`fetch(${JSON.stringify(`${gateway.url}/graphql`)}, ${JSON.stringify(init)})
    .then(async (response) => ({
      status: response.status,
      body: await response.json().catch(() => null),
      headers: Object.fromEntries(response.headers),
    }))
    .catch(String)`);
}

/** Resolves to the requests to /graphql that the gateway has logged, once there are `count` of them. */
async function graphqlRequests(count: number): Promise<readonly string[]> {
  const requests = () =>
    [...gateway.logs().matchAll(/"method":"(\w+)","path":"\/graphql","status":(\d+)/g)].map(
      ([, method = '', status = '']) => `${method} ${status}`,
    );
  while (requests().length < count) await new Promise(setImmediate);
  return requests();
}

test('a page of an unlisted origin can neither query nor read', async () => {
  expect(await queryFrom(unlisted)).toMatch(/^TypeError: Failed to fetch/);
  expect(await graphqlRequests(1)).toEqual(['OPTIONS 405']);
  // Without a preflight, only what a form can send: the answer is opaque, and the query did not run.
  expect(await queryFrom(unlisted, { mode: 'no-cors', contentType: 'text/plain' })).toMatchObject({ status: 0 });
  expect(await graphqlRequests(2)).toEqual(['OPTIONS 405', 'POST 401']);
});

test('a page of a listed origin can, with a key, after one preflight, and reads errors and headers', async () => {
  expect(await queryFrom(listed)).toMatchObject({
    status: 200,
    body: { data: { agents: { totalCount: expect.any(Number), nodes: expect.arrayContaining([expect.any(Object)]) } } },
    headers: {
      'x-request-id': expect.stringMatching(/^[\da-f-]{36}$/),
      'cache-control': expect.stringMatching(/^private/),
    },
  });
  expect((await graphqlRequests(4)).slice(2)).toEqual(['OPTIONS 204', 'POST 200']);
  expect(await queryFrom(listed)).toMatchObject({ status: 200 });
  expect(await queryFrom(listed)).toMatchObject({
    status: 429,
    body: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
    headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
  });
  // The browser keeps the preflight.
  expect((await graphqlRequests(6)).slice(4)).toEqual(['POST 200', 'POST 429']);
});
