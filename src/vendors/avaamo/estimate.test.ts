import { expect, test } from '@jest/globals';
import type { UsagePart } from '../../domain/usage-stats.ts';
import type { CacheProbe, PlannedAgentRead, PlannedRead } from '../call-estimate.ts';
import { toBotDays } from './data-source.ts';
import { estimateCalls } from './estimate.ts';
import { toKeyParts, usageNamespace } from './loaders.ts';

const nothing: CacheProbe = { isCached: () => false, includesTokens: false };

const usage = (
  bots: readonly string[],
  parts: readonly UsagePart[],
  timeZone = 'UTC',
  to = '2026-11-20',
  from = '2026-11-14',
): PlannedRead => ({
  capability: 'usageStats',
  query: { during: { from, to, timeZone }, parts: new Set(parts) },
  target: { key: bots.join(), refs: bots, maxAgents: bots.length, unlisted: 'none' },
  batchKey: 'listed',
});

const calls = (reads: readonly PlannedRead[], probe = nothing) =>
  Object.fromEntries(estimateCalls()(reads, 0, probe).map((charge) => [charge.endpoint, charge.calls]));

test.each<[string, readonly PlannedRead[], number, number]>([
  ['one call for each bot', [usage(['1', '2'], ['usage'])], 2, 0],
  ['one call for each endpoint', [usage(['1', '2'], ['usage', 'interventions'])], 2, 2],
  ['one call for each last day', [usage(['1'], ['usage']), usage(['1'], ['usage'], 'UTC', '2026-11-19')], 2, 0],
  [
    'one call for each first day',
    [usage(['1'], ['usage']), usage(['1'], ['usage'], 'UTC', '2026-11-20', '2026-11-13')],
    2,
    0,
  ],
  ['one call for repeated reads', [usage(['1'], ['usage']), usage(['1'], ['usage', 'interventions'])], 1, 1],
  [
    'one call for zones with the same UTC offset',
    [usage(['1'], ['usage'], 'Europe/Berlin'), usage(['1'], ['usage'], 'Europe/Paris')],
    1,
    0,
  ],
  [
    'one call for each UTC offset',
    [usage(['1'], ['usage'], 'Europe/Berlin'), usage(['1'], ['usage'], 'Europe/London')],
    2,
    0,
  ],
  ['no call for fields without an endpoint', [usage(['1'], [])], 0, 0],
])('estimates %s', (_title, reads, usageCalls, interventionCalls) => {
  expect(calls(reads)).toEqual({ 'usage.json': usageCalls, 'agent_intervention.json': interventionCalls });
});

test('estimates no calls for other capabilities', () => {
  const { target, batchKey } = usage(['1'], []) as PlannedAgentRead;
  const otherReads: readonly PlannedRead[] = [
    { capability: 'discover' },
    { capability: 'currentStatus', target, batchKey },
    { capability: 'latestInteractions', query: { size: 1, type: null, activeLiveFirst: null }, target, batchKey },
  ];
  expect(calls([...otherReads, usage(['1'], ['usage'])])).toEqual({ 'usage.json': 1, 'agent_intervention.json': 0 });
});

test('computes the UTC offset once per range, however many bots and reads there are', () => {
  const bots = Array.from({ length: 100 }, (_, n) => `${n + 1}`);
  const zones = ['Europe/Berlin', 'Europe/Paris', 'Asia/Kolkata'];
  const reads = zones.flatMap((zone) => [
    usage(bots, ['usage', 'interventions'], zone),
    ...bots.map((bot) => usage([bot], ['usage'], zone)),
    usage(bots, ['usage'], zone, '2026-11-19'),
  ]);
  const computed: string[] = [];
  const estimate = estimateCalls((bot, during) => {
    computed.push(`${during.from} ${during.to} ${during.timeZone}`);
    return toBotDays(bot, during);
  });
  const charges = [
    { endpoint: 'usage.json', calls: 400 },
    { endpoint: 'agent_intervention.json', calls: 200 },
  ];
  expect(estimate(reads, 0, nothing)).toEqual(charges);
  expect(computed).toHaveLength(new Set(computed).size);
  expect(computed).toHaveLength(6);
});

test('estimates no calls for cached reports', () => {
  const cachedKey = JSON.stringify(toKeyParts({ bot: '1', from: '2026-11-14', to: '2026-11-20', offsetSeconds: 0 }));
  const probe: CacheProbe = {
    includesTokens: true,
    isCached: (space, key) =>
      (space as unknown) === usageNamespace && JSON.stringify(space.keyParts(key)) === cachedKey,
  };
  expect(calls([usage(['1', '2'], ['usage', 'interventions'])], probe)).toEqual({
    'usage.json': 1,
    'agent_intervention.json': 2,
  });
});
