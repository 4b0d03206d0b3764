import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readError, startTestServer, type TestServer } from '../../test/support/server-harness.ts';

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer();
});
afterAll(() => testServer.stop());

describe('a GET', () => {
  test('answers a GET only with a header that no cross-site request can carry (CSRF prevention)', async () => {
    const path = '/graphql?query=%7Bhello%7D';
    expect(await (await testServer.get(path, { 'apollo-require-preflight': '1' })).json()).toEqual({
      data: { hello: 'hello you' },
    });
    expect(await readError(await testServer.get(path))).toEqual({ status: 400, code: 'BAD_REQUEST' });
  });

  test.each([
    [{ 'content-type': 'application/json' }, 200],
    [{ 'content-type': 'text/plain', 'apollo-require-preflight': '1' }, 415],
    [{ 'content-type': 'multipart/form-data', 'apollo-require-preflight': '1' }, 415],
    // A form on another site can send these two.
    [{ 'content-type': 'text/plain' }, 400],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 400],
  ])('answers a GET with the headers %j with status %i', async (headers, status) => {
    let ran = false;
    const own = await startTestServer({ wait: () => Promise.resolve(String((ran = true))) });
    const response = await own.get('/graphql?query=%7Bwait%7D', headers);
    expect([response.status, ran]).toEqual([status, status === 200]);
    await own.stop();
  });

  test.each([
    ['Bearer key', 200],
    ['Basic a2V5', 400],
    ['negotiate a2V5', 400],
  ])(
    'answers a GET with authorization %j, which a browser adds by itself or not, with status %i',
    async (authorization, status) => {
      const response = await testServer.get('/graphql?query=%7Bhello%7D', { authorization });
      expect(response.status).toBe(status);
      const body = (await response.json()) as { errors?: { message: string }[] };
      for (const { message } of body.errors ?? [])
        for (const header of ['authorization', 'apollo-require-preflight', 'x-apollo-operation-name'])
          expect(message).toContain(header);
    },
  );
});
