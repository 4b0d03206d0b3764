import { expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';
import { vendors } from '../../src/vendors/index.ts';

const KORE = 'name: k, vendor: kore, baseUrl: https://k.example.com, accountId: a, clientId: c, clientSecret: s';
const LIVEPERSON =
  'name: l, vendor: liveperson, baseUrl: https://l.example.com, accountId: a, consumerKey: k, consumerSecret: s, accessToken: t, accessTokenSecret: u';
const VONAGE = 'name: v, vendor: vonage, baseUrl: https://v.example.com, accountKey: a, clientId: c, clientSecret: s';

test.each([
  [`${KORE}, streamId: "st 1"`, 'streamId: must be printable ASCII without spaces: st 1'],
  [
    `${LIVEPERSON}, fileHosts: ["*.com"]`,
    'fileHosts[0]: must be a host name such as files.example.com, or *.example.com for every host under it: *.com',
  ],
  [
    `${VONAGE}, path: "agents/{agentId}"`,
    'path: must be a path such as /v0/{accountKey}/agents/{agentId}/latestInteractions: agents/{agentId}',
  ],
  [`${VONAGE}, path: /v1/agents`, 'path: must contain {agentId}: /v1/agents'],
  [`${VONAGE}, path: "/v1/../{agentId}"`, 'path: must not contain dot segments: /v1/../{agentId}'],
])('names the offending value of %s', (account, message) => {
  const loaded = loadConfig({ text: `accounts: [{ ${account} }]`, file: 'test', env: {}, vendors });
  expect(loaded.ok ? [] : loaded.errors.map((error) => `${error.path}: ${error.message}`)).toEqual([
    `accounts[0].${message}`,
  ]);
});
