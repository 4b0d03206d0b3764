import { expect, test } from '@jest/globals';
import { discoveredAgentSchema } from './discovered-agent.ts';

const agent = { ref: 'jane@example.com', aliases: ['u-1'], name: null, email: 'jane@example.com' };

test('accepts a cached agent as it was written', () => {
  expect(discoveredAgentSchema.parse(JSON.parse(JSON.stringify(agent)))).toEqual(agent);
});

test.each([null, {}, { ...agent, ref: 1 }, { ...agent, aliases: null }, { ...agent, name: undefined }])(
  'rejects %j',
  (value) => {
    expect(discoveredAgentSchema.safeParse(value).success).toBe(false);
  },
);
