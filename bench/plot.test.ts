import { expect, test } from '@jest/globals';
import { toSvg } from './plot.ts';

const plot = {
  name: 'p',
  title: 'a < b & c',
  xLabel: 'size',
  yLabel: 'cost',
  series: [
    {
      name: 'one',
      points: [
        [1, 0],
        [10, 50],
        [100, 100],
      ] as const,
    },
  ],
};

test('spaces x logarithmically and y from 0', () => {
  const [, points = ''] = /<polyline points="([^"]+)"/.exec(toSvg(plot)) ?? [];
  expect(points).toBe('80,370 380,210 680,50');
});

test('escapes texts', () => {
  expect(toSvg(plot)).toContain('a &lt; b &amp; c');
});

test('draws a plot without points', () => {
  expect(toSvg({ ...plot, series: [] })).not.toMatch(/NaN|Infinity/);
});
