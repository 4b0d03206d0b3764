import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Conformance } from '../conformance.ts';
import { INTERVENTIONS, USAGE } from './client.ts';
import { interventionReply, usageReply } from './wire.ts';

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
const readAs = (form: z.ZodType) => (file: Buffer) => form.parse(JSON.parse(file.toString('utf8')));
const errorReply = z.strictObject({ error: z.string() });

/** The days of the vendor's own samples: its Pacific default clock, four days. */
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
  references: { good: ['1', '2041'], bad: ['', '.', '..', 'billing', '20x', '-1', '0', '2041 ', '2041/..'] },
  fixtures: {
    'usage.json': readAs(usageReply),
    'agent-intervention.json': readAs(interventionReply),
    'usage-422.json': readAs(errorReply),
    'agent-intervention-422.json': readAs(errorReply),
  },
  now: Date.parse('2020-04-14T12:00:00Z'),
  questions: [
    {
      capability: 'usageStats',
      title: 'usage alone',
      ask: (sources) => sources.usageStats('2041', { during, parts: new Set(['usage']) }),
      answer: () => ({ status: 200, body: fixture('usage.json') }),
      contains: { account: 'bots', ref: '2041', current: { sessionCount: 8123, usersCount: null } },
      calls: [{ endpoint: USAGE }],
    },
    {
      capability: 'usageStats',
      title: 'usage and interventions',
      ask: (sources) => sources.usageStats('2041', { during, parts: new Set(['usage', 'interventions']) }),
      answer: ({ endpoint }) => ({
        status: 200,
        body: fixture(endpoint === USAGE ? 'usage.json' : 'agent-intervention.json'),
      }),
      contains: { current: { sessionCount: 8123, usersCount: 7858, interventionsCount: 5 } },
      calls: [{ endpoint: USAGE }, { endpoint: INTERVENTIONS }],
    },
  ],
};
