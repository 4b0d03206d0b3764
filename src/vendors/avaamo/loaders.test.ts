import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { interventionsNamespace, usageNamespace } from './loaders.ts';
import { interventionsResponseSchema, usageResponseSchema } from './wire.ts';

function sample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8'));
}
const namespaces = {
  usage: { space: usageNamespace, kept: usageResponseSchema.parse(sample('usage.json')) },
  interventions: {
    space: interventionsNamespace,
    kept: interventionsResponseSchema.parse(sample('agent-intervention.json')),
  },
};

test.each(['usage', 'interventions'] as const)('validates cached %s, and rejects anything else', (part) => {
  const { space: namespace, kept: stored } = namespaces[part];
  expect(namespace.isValid(JSON.parse(JSON.stringify(stored)))).toBe(true);
  expect(namespace.isValid({ ...stored, aggregate_stats: null, previous_interval_stats: null, stats: [] })).toBe(true);
  for (const invalid of [
    null,
    [],
    {},
    { ...stored, isComplete: undefined },
    { ...stored, aggregate_stats: {} },
    { ...stored, previous_interval_stats: {} },
    { ...stored, stats: null },
    { ...stored, stats: [null] },
  ]) {
    expect(namespace.isValid(invalid)).toBe(false);
  }
});
