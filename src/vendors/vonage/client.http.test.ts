import { expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import { createHttpHarness } from '../../../test/support/http-harness.ts';
import { jsonStep, startScriptedServer } from '../../../test/support/scripted-server.ts';
import { passthroughCache } from '../../../test/support/vendor-harness.ts';
import { VONAGE_ENTRY } from '../../../test/support/vonage/account.ts';
import { account, createContext } from '../../../test/support/vonage/tokens.ts';
import { ttlSchema } from '../../config/cache.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';

// Some HTTP clients rewrite or drop a parameter of Accept, so the test checks what the server receives.
test.each([1, 2])('sends version %i, the token and the form over a real socket', async (apiVersion) => {
  const server = await startScriptedServer(jsonStep({ access_token: 'a.token-1' }), jsonStep({ interactions: [] }));
  const { http, close } = createHttpHarness({ account });
  try {
    const clock = manualClock();
    const accountConfig = config.parse({ ...VONAGE_ENTRY, apiVersion, baseUrl: server.url.origin });
    const client = createClient(accountConfig, {
      account,
      clock,
      http,
      cache: passthroughCache(clock),
      ttl: ttlSchema.parse({}),
      onDropped: () => undefined,
    });
    await client.latestInteractions('01', {}, createContext());
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
