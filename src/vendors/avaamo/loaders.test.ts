import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { interventionSpace, usageSpace } from './loaders.ts';
import { interventionReply, usageReply } from './wire.ts';

const sample = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8'));
const spaces = {
  usage: { space: usageSpace, kept: usageReply.parse(sample('usage.json')) },
  interventions: { space: interventionSpace, kept: interventionReply.parse(sample('agent-intervention.json')) },
};

test.each(['usage', 'interventions'] as const)(
  '%s are recognised when they are read back, and nothing else is',
  (part) => {
    const { space, kept } = spaces[part];
    expect(space.isValue(JSON.parse(JSON.stringify(kept)))).toBe(true);
    expect(space.isValue({ ...kept, previous_interval_stats: null, stats: [] })).toBe(true);
    for (const other of [
      null,
      [],
      {},
      { ...kept, isWhole: undefined },
      { ...kept, aggregate_stats: null },
      { ...kept, aggregate_stats: {} },
      { ...kept, previous_interval_stats: {} },
      { ...kept, stats: null },
      { ...kept, stats: [null] },
    ]) {
      expect(space.isValue(other)).toBe(false);
    }
  },
);
