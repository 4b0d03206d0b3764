import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { interventionsNamespace, usageNamespace } from './loaders.ts';
import { interventionsResponseSchema, usageResponseSchema } from './wire.ts';

const sample = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8'));
const spaces = {
  usage: { space: usageNamespace, kept: usageResponseSchema.parse(sample('usage.json')) },
  interventions: {
    space: interventionsNamespace,
    kept: interventionsResponseSchema.parse(sample('agent-intervention.json')),
  },
};

test.each(['usage', 'interventions'] as const)('validates cached %s, and rejects anything else', (part) => {
  const { space, kept } = spaces[part];
  expect(space.isValid(JSON.parse(JSON.stringify(kept)))).toBe(true);
  expect(space.isValid({ ...kept, previous_interval_stats: null, stats: [] })).toBe(true);
  for (const other of [
    null,
    [],
    {},
    { ...kept, isComplete: undefined },
    { ...kept, aggregate_stats: null },
    { ...kept, aggregate_stats: {} },
    { ...kept, previous_interval_stats: {} },
    { ...kept, stats: null },
    { ...kept, stats: [null] },
  ]) {
    expect(space.isValid(other)).toBe(false);
  }
});
