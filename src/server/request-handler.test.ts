import { expect, test } from '@jest/globals';
import { readError, startTestServer } from '../../test/support/server-harness.ts';
import { settingsShape } from '../config/settings.ts';
import { anonymousCaller } from '../request/caller.ts';
import { createCors } from './cors.ts';
import { HttpError } from './http-error.ts';

test('serves by the configuration that it is created with', async () => {
  const server = await startTestServer();
  const limits = settingsShape.limits.parse({ bodyBytes: 10 });
  await server.reconfigure({ limits });
  expect(await readError(await server.post({ query: '{ hello }' }))).toEqual({
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
  });
  await server.stop();
});

test('checks the host, then sets the CORS headers, then authenticates', async () => {
  const server = await startTestServer();
  const cors = createCors(settingsShape.server.parse({ cors: { origins: ['https://a.example'] } }).cors);
  let hostError: HttpError | null = null;
  const checkHost = () => {
    if (hostError) throw hostError;
  };
  await server.reconfigure({ cors, checkHost, authenticate: () => ({ failure: 'missing' }) });
  const ask = () => server.post({ query: '{ hello }' }, { origin: 'https://a.example' });
  const unauthenticated = await ask();
  expect([unauthenticated.status, unauthenticated.headers.get('access-control-allow-origin')]).toEqual([
    401,
    'https://a.example',
  ]);
  hostError = new HttpError(403, 'FORBIDDEN', 'no');
  const refused = await ask();
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  hostError = null;
  await server.reconfigure({ authenticate: () => anonymousCaller });
  expect((await ask()).status).toBe(200);
  await server.stop();
});
