import { afterEach, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../test/support/server-harness.ts';
import { anonymousCaller } from '../request/caller.ts';
import type { CachePurger, PurgeReport } from './purge-handler.ts';

const REPORT: PurgeReport = {
  purgedAt: '2026-11-20T09:30:00.000Z',
  accounts: [],
  responses: 0,
  fleet: { processes: 1, heard: 1, complete: true },
};

let server: TestServer;
afterEach(() => server.stop());

async function start(options: NonNullable<Parameters<typeof startTestServer>[0]> = {}) {
  const requests: unknown[] = [];
  const purger: CachePurger = {
    accountNamesFor: () => ['lp'],
    purge: (request, { caller }) => {
      requests.push([request, caller.name]);
      return Promise.resolve(REPORT);
    },
  };
  server = await startTestServer({ purger, ...options });
  return requests;
}

async function purge(body: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${server.url}/admin/purge`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, body: await response.json() };
}

test('passes a request on, and answers the report', async () => {
  const requests = await start();
  expect(await purge('{"account":"lp","agent":"9"}')).toEqual({ status: 200, body: REPORT });
  expect(requests).toEqual([[{ accounts: ['lp'], agent: '9', from: null, to: null }, 'anonymous']]);
  expect(await server.accessLog(1)).toEqual([expect.objectContaining({ path: '/admin/purge', caller: 'anonymous' })]);
});

test('answers all problems of a body, and purges nothing', async () => {
  const requests = await start();
  expect(await purge('{"account":"kore","agents":[]}')).toEqual({
    status: 400,
    body: {
      errors: [
        {
          message: 'agents: is not a known key; did you mean agent?',
          extensions: { code: 'BAD_USER_INPUT', key: 'agents' },
        },
      ],
    },
  });
  expect((await purge('[]')).body).toEqual({
    errors: [{ message: 'The body must be a mapping.', extensions: { code: 'BAD_USER_INPUT', key: '' } }],
  });
  expect(requests).toEqual([]);
});

test('holds the limits of requests', async () => {
  await start({ limits: { bodyBytes: 20, callerRequestsPerMinute: 3 } });
  expect((await purge('{"all":true,"agent":"a long name"}')).status).toBe(413);
  expect((await purge('{"all":true}', { 'content-type': 'text/plain' })).status).toBe(415);
  expect((await purge('{')).status).toBe(400);
  expect((await purge('{"all":true}')).status).toBe(429);
});

test('needs the scope admin', async () => {
  const requests = await start({ authenticate: () => ({ ...anonymousCaller, scopes: new Set(['read'] as const) }) });
  expect((await purge('{"all":true}')).status).toBe(403);
  expect(requests).toEqual([]);
});
