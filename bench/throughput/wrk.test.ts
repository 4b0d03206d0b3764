import { expect, test } from '@jest/globals';
import { parseOutput } from './wrk.ts';

test('reads the result that the script prints, and counts failures apart', () => {
  const output = 'Running 2s test @ http://127.0.0.1:1/graphql\nRESULT 4003 2000000 6200 12500 3\n';
  expect(parseOutput(output)).toEqual({
    requestsPerSecond: 2000,
    requests: 4000,
    p50Ms: 6.2,
    p99Ms: 12.5,
    failures: 3,
  });
});

test('throws without a result', () => {
  expect(() => parseOutput('unable to connect')).toThrow('wrk printed no result');
});
