import { expect, test } from '@jest/globals';
import { createMetrics } from '../metrics.ts';

// The conventions of https://prometheus.io/docs/practices/naming/, beyond what `promtool check metrics` looks at.

interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
}

async function readFamilies(): Promise<readonly Family[]> {
  const text = await createMetrics().text();
  return [...text.matchAll(/^# HELP (\w+) (.*)\n# TYPE \w+ (\w+)$/gm)].map(([, name = '', help = '', type = '']) => ({
    name,
    help,
    type,
  }));
}

/** What is wrong with a name or its help. */
function findBreaches({ name, type, help }: Family): readonly string[] {
  const rules: readonly (readonly [breach: string, isBroken: boolean])[] = [
    ['the prefix is switchboard_', !name.startsWith('switchboard_')],
    ['a name is snake_case', !/^[a-z]+(?:_[a-z]+)*$/.test(name)],
    ['a counter ends in _total, nothing else does', name.endsWith('_total') !== (type === 'counter')],
    ['a histogram is in a base unit', type === 'histogram' && !/_(?:seconds|bytes|ratio)$/.test(name)],
    ['bytes have the suffix _bytes', /\bbytes\b/i.test(help) && !/_bytes(?:_total)?$/.test(name)],
    ['seconds have the suffix _seconds', /\bseconds\b/i.test(help) && !/_seconds(?:_total)?$/.test(name)],
    ['a share is a _ratio', /^Share\b|\bratio\b/i.test(help) && !name.endsWith('_ratio')],
    ['other units are not base units', /_(?:ms|milliseconds|minutes|hours|kb|mb|kilobytes|percent)(?:_|$)/.test(name)],
    ['a time is a _timestamp_seconds', help.startsWith('Unix time') !== name.endsWith('_timestamp_seconds')],
    ['a help is a sentence', !/^[A-Z].{8,}\.$/.test(help)],
    ['a help has the unit of a duration', type === 'histogram' && !/second|[Aa]ge/.test(help)],
  ];
  return rules.filter(([, isBroken]) => isBroken).map(([breach]) => `${name}: ${breach}`);
}

test('every metric is named by the conventions of Prometheus', async () => {
  const families = await readFamilies();
  expect(families.length).toBeGreaterThan(35);
  expect(families.flatMap(findBreaches)).toEqual([]);
});

test.each([
  [{ name: 'switchboard_calls', type: 'counter', help: 'Calls of vendors.' }, 'a counter ends in _total'],
  [{ name: 'switchboard_call_ms', type: 'histogram', help: 'Duration in seconds.' }, 'a histogram is in a base unit'],
  [{ name: 'switchboard_size', type: 'gauge', help: 'Bytes in the queue.' }, 'bytes have the suffix _bytes'],
  [{ name: 'switchboard_fill', type: 'gauge', help: 'Share of the queue.' }, 'a share is a _ratio'],
  [{ name: 'switchboard_lag', type: 'gauge', help: 'Seconds in the queue.' }, 'seconds have the suffix _seconds'],
  [{ name: 'switchboard_until_seconds', type: 'gauge', help: 'Unix time of the end.' }, 'a time is a _timestamp'],
  [{ name: 'switchboard_calls_total', type: 'counter', help: 'calls' }, 'a help is a sentence'],
])('finds what is wrong with %j', (family, breach) => {
  expect(findBreaches(family).join()).toContain(breach);
});
