import { expect, test } from '@jest/globals';
import { checkExpression, parseSeries } from './promql.ts';

const known = parseSeries([
  `# TYPE calls_total counter
calls_total{account="a\\"b{",outcome="OK"} 3
calls_total{account="a",reason="x"} 3e-7
# TYPE wait_seconds histogram
wait_seconds_bucket{account="a",le="+Inf"} 2
limit{account="a"} 5
up 1
`,
]);

test('reads the labels of each series, and adds those of the target', () => {
  expect([...(known.get('calls_total') ?? [])].toSorted()).toEqual(['account', 'instance', 'job', 'outcome', 'reason']);
  expect([...known.keys()]).toEqual(['calls_total', 'wait_seconds_bucket', 'limit', 'up']);
});

test.each([
  ['sum by (account) (rate(calls_total{outcome!="OK"}[5m])) > 0', ['account']],
  ['histogram_quantile(0.9, sum by (job, le) (rate(wait_seconds_bucket[5m])))', ['job']],
  ['calls_total / on (account) group_left () limit', ['account', 'instance', 'job', 'outcome', 'reason']],
  ['max without (outcome, reason) (calls_total) unless on (job) up == 0', ['account', 'instance', 'job']],
  ['sum(up) or vector(0)', []],
])('accepts %s, and knows the labels of its result', (expression, labels) => {
  const checked = checkExpression(expression, known);
  expect(checked.problems).toEqual([]);
  expect([...checked.labels].toSorted()).toEqual(labels);
});

test.each([
  ['rate(canary_total[5m])', 'no series canary_total'],
  ['calls_total{canary="1"}', 'no label canary in calls_total{canary="1"}'],
  ['sum by (canary) (limit)', 'no label canary in sum by (canary) (limit)'],
  ['sum by (outcome) (sum by (account) (calls_total))', 'no label outcome in'],
  ['sum(limit) / on (account) limit', 'no label account in'],
  ['limit / on (account) group_left (canary) sum by (account) (calls_total)', 'no label canary in'],
  ['sum by (le) (histogram_quantile(0.9, wait_seconds_bucket))', 'no label le in'],
  ['rate(calls_total[5m]', 'syntax error at'],
])('reports %s', (expression, problem) => {
  expect(checkExpression(expression, known).problems).toContainEqual(expect.stringContaining(problem));
});
