import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Conformance } from '../conformance.ts';
import { LATEST_INTERACTIONS } from './client.ts';
import { interactionsReply } from './wire.ts';

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
const readAs = (form: z.ZodType) => (file: Buffer) => form.parse(JSON.parse(file.toString('utf8')));
const errorReply = z.strictObject({ message: z.string() });

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
  references: { good: ['01', '5464', 'a/b', 'Zoë 7'], bad: ['', '.', '..', 'a\nb', '\ud800'] },
  fixtures: {
    'v1-active.json': readAs(interactionsReply),
    'v1-ended.json': readAs(interactionsReply),
    'v2.json': readAs(interactionsReply),
    'invalid-request-400.json': readAs(errorReply),
    'agent-not-found-404.json': readAs(errorReply),
  },
  now: Date.parse('2017-03-30T23:00:00Z'),
  questions: [
    {
      capability: 'latestInteractions',
      ask: (sources) => sources.latestInteractions('01', { size: 1, type: null, activeLiveFirst: null }),
      answer: ({ endpoint }) => ({
        status: 200,
        body:
          endpoint === LATEST_INTERACTIONS
            ? fixture('v1-active.json')
            : JSON.stringify({ access_token: 'a-token', expires_in: 7200, token_type: 'Bearer' }),
      }),
      contains: [{ account: 'vcc', ref: '01', guid: '015b212c-1487-46ba-bbb7-d78d6b1412a5', isActive: true }],
      calls: [
        // What the token endpoint has against a request is the credentials, whatever its status.
        {
          endpoint: 'connect/token',
          codes: { 'status 400': 'VENDOR_AUTH_FAILED', 'status 404': 'VENDOR_AUTH_FAILED' },
        },
        { endpoint: LATEST_INTERACTIONS },
      ],
    },
  ],
};
