import { expect, test } from '@jest/globals';
import { ttl } from '../../config/cache.ts';
import { gateway } from '../../../test/http/support.ts';
import { manualClock } from '../../../test/support/clock.ts';
import { json, startScriptedServer } from '../../../test/support/scripted-server.ts';
import { passingCache } from '../../../test/support/vendor-harness.ts';
import { entry } from './account.fixture.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';
import { account, scopeOf } from './tokens.fixture.ts';

// Some HTTP clients rewrite or drop a parameter of Accept, so what counts is what the other side receives.
test.each([1, 2])('version %i, the token and the form arrive as they are meant', async (apiVersion) => {
  const server = await startScriptedServer(json({ access_token: 'a.token-1' }), json({ interactions: [] }));
  const { http, close } = gateway({ account });
  try {
    const clock = manualClock();
    const entered = config.parse({ ...entry, apiVersion, baseUrl: server.url.origin });
    const client = createClient(entered, { account, clock, http, cache: passingCache(clock), ttl: ttl.parse({}) });
    await client.latestInteractions('01', {}, scopeOf());
    expect(server.received).toMatchObject([
      {
        method: 'POST',
        path: '/Auth/connect/token',
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=client_credentials&client_id=gateway&client_secret=secret%2B%26%25%2F%3D',
      },
      {
        method: 'GET',
        path: '/v0/a1b2c3d4e5/agents/01/latestInteractions',
        headers: { accept: `application/json;version=${apiVersion}`, authorization: 'Bearer a.token-1' },
        body: '',
      },
    ]);
  } finally {
    await close();
    await server.close();
  }
});
