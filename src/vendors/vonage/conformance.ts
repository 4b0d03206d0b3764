import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Conformance } from '../conformance.ts';
import { LATEST_INTERACTIONS_ENDPOINT } from './client.ts';
import { interactionsResponseSchema } from './wire.ts';

function readFixture(name: string) {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
}
function parserFor(schema: z.ZodType) {
  return (file: Buffer) => schema.parse(JSON.parse(file.toString('utf8')));
}
const errorResponseSchema = z.strictObject({ message: z.string() });

export const conformance: Conformance = {
  account: {
    name: 'vcc',
    vendor: 'vonage',
    baseUrl: 'https://emea.newvoicemedia.com',
    accountKey: 'a1b2c3d4e5',
    clientId: 'gateway',
    clientSecret: 'vonage-secret-+&%/0123',
  },
  required: ['accountKey', 'clientId', 'clientSecret'],
  secrets: ['accountKey', 'clientSecret'],
  references: { valid: ['01', '5464', 'a/b', 'Zoë 7'], invalid: ['', '.', '..', 'a\nb', '\ud800'] },
  fixtures: {
    'v1-active.json': parserFor(interactionsResponseSchema),
    'v1-ended.json': parserFor(interactionsResponseSchema),
    'v2.json': parserFor(interactionsResponseSchema),
    'invalid-request-400.json': parserFor(errorResponseSchema),
    'agent-not-found-404.json': parserFor(errorResponseSchema),
  },
  now: Date.parse('2017-03-30T23:00:00Z'),
  cases: [
    {
      capability: 'latestInteractions',
      run: (dataSource) => dataSource.latestInteractions('01', { size: 1, type: null, activeLiveFirst: null }),
      respond: ({ endpoint }) => ({
        status: 200,
        body:
          endpoint === LATEST_INTERACTIONS_ENDPOINT
            ? readFixture('v1-active.json')
            : JSON.stringify({ access_token: 'a-token', expires_in: 7200, token_type: 'Bearer' }),
      }),
      expectedData: [{ account: 'vcc', ref: '01', guid: '015b212c-1487-46ba-bbb7-d78d6b1412a5', isActive: true }],
      calls: [
        // A 4xx of the token endpoint always means invalid credentials, whatever the status.
        {
          endpoint: 'connect/token',
          errorCodes: { 'status 400': 'VENDOR_AUTH_FAILED', 'status 404': 'VENDOR_AUTH_FAILED' },
        },
        { endpoint: LATEST_INTERACTIONS_ENDPOINT },
      ],
    },
  ],
};
