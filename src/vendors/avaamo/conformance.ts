import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Conformance } from '../conformance.ts';
import { INTERVENTIONS_ENDPOINT, USAGE_ENDPOINT } from './client.ts';
import { interventionsResponseSchema, usageResponseSchema } from './wire.ts';

function readFixture(name: string) {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
}
function parserFor(schema: z.ZodType) {
  return (file: Buffer) => schema.parse(JSON.parse(file.toString('utf8')));
}
const errorResponseSchema = z.strictObject({ error: z.string() });

/** The days of the vendor's own samples: four days in its default time zone, Pacific time. */
const during = { from: '2020-04-10', to: '2020-04-13', timeZone: 'America/Los_Angeles' };

export const conformance: Conformance = {
  account: {
    name: 'bots',
    vendor: 'avaamo',
    baseUrl: 'https://c7.avaamo.com',
    accessToken: 'avaamo-token-0123456789abcdef',
  },
  required: ['accessToken'],
  secrets: ['accessToken'],
  references: { valid: ['1', '2041'], invalid: ['', '.', '..', 'billing', '20x', '-1', '0', '2041 ', '2041/..'] },
  fixtures: {
    'usage.json': parserFor(usageResponseSchema),
    'agent-intervention.json': parserFor(interventionsResponseSchema),
    'usage-422.json': parserFor(errorResponseSchema),
    'agent-intervention-422.json': parserFor(errorResponseSchema),
  },
  now: Date.parse('2020-04-14T12:00:00Z'),
  cases: [
    {
      capability: 'usageStats',
      title: 'usage alone',
      run: (dataSource) => dataSource.usageStats('2041', { during, parts: new Set(['usage']) }),
      respond: () => ({ status: 200, body: readFixture('usage.json') }),
      expectedData: { account: 'bots', ref: '2041', current: { sessionCount: 8123, usersCount: null } },
      calls: [{ endpoint: USAGE_ENDPOINT }],
    },
    {
      capability: 'usageStats',
      title: 'usage and interventions',
      run: (dataSource) => dataSource.usageStats('2041', { during, parts: new Set(['usage', 'interventions']) }),
      respond: ({ endpoint }) => ({
        status: 200,
        body: readFixture(endpoint === USAGE_ENDPOINT ? 'usage.json' : 'agent-intervention.json'),
      }),
      expectedData: { current: { sessionCount: 8123, usersCount: 7858, interventionsCount: 5 } },
      calls: [{ endpoint: USAGE_ENDPOINT }, { endpoint: INTERVENTIONS_ENDPOINT }],
    },
  ],
};
