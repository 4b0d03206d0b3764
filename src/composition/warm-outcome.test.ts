import { expect, test } from '@jest/globals';
import { failureReport, sourceReport, unsupportedReport } from '../domain/source.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { createGapCollector, readWarmEnd } from './warm-outcome.ts';

const source = { account: 'kore', endpoint: 'names' };
const details = { reason: 'deadline' };
const error = new VendorError({ vendor: 'KORE', ...source }, 'VENDOR_TIMEOUT', 'no', details);
const gap = { ...source, outcome: 'FAILED', code: 'VENDOR_TIMEOUT', reason: 'deadline', count: 1 } as const;

test('collects what is not OK, by account, endpoint and reason', () => {
  const { add, gaps } = createGapCollector();
  for (const report of [
    sourceReport(source, []),
    failureReport(error),
    failureReport(error),
    unsupportedReport(source),
    sourceReport(source, [], { error }),
  ])
    add(report);
  expect(gaps()).toEqual([
    { ...gap, count: 2 },
    { ...source, outcome: 'UNSUPPORTED', code: undefined, reason: undefined, count: 1 },
    { ...gap, outcome: 'PARTIAL' },
  ]);
});

test.each([
  ['complete', '{"data":{"a":1}}', [], []],
  ['incomplete', '{"data":{"a":1}}', [gap], []],
  ['incomplete', '{"data":{"a":null},"errors":[{"extensions":{"code":"A"}},{"extensions":{"code":"A"}}]}', [], ['A']],
  ['failed', '{"data":null,"errors":[{"extensions":{"code":"A"}}]}', [gap], ['A']],
  ['failed', '{"errors":[{"extensions":{"code":"A"}}]}', [], ['A']],
] as const)('is %s: the answer %s with the gaps %j', (outcome, answer, sources, errors) => {
  expect(readWarmEnd(Buffer.from(answer), sources)).toEqual({ outcome, errors, sources });
});
