import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { boardAgent } from '../../../test/support/board-agents.ts';
import type { AgentGroup } from './grouping.ts';
import { splitPages, TV_PAGE_MS, tvPageAt } from './tv-pages.ts';

function group(key: string, size: number): AgentGroup {
  return { key, name: key, size, agents: Array.from({ length: size }, (_, index) => boardAgent(`${key}${index}`)) };
}

function shape(pages: ReturnType<typeof splitPages>) {
  return pages.map((page) => page.map(({ key, agents }) => `${key}:${agents.length}`).join(' '));
}

test('repeats the heading of a group that goes on, and begins no group on the last line', () => {
  expect(shape(splitPages([group('a', 5), group('b', 2)], 4))).toEqual(['a:3', 'a:2', 'b:2']);
  expect(shape(splitPages([group('a', 2), group('b', 2)], 6))).toEqual(['a:2 b:2']);
  expect(splitPages([], 6)).toEqual([]);
});

test('shows everyone once, in order, on no more lines than there are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 6 }),
      fc.integer({ min: 2, max: 20 }),
      (sizes, capacity) => {
        const groups = sizes.map((size, index) => group(`g${index}-`, size));
        const pages = splitPages(groups, capacity);
        const ids = pages.flatMap((page) => page.flatMap(({ agents }) => agents.map(({ id }) => id)));
        expect(ids).toEqual(groups.flatMap(({ agents }) => agents.map(({ id }) => id)));
        for (const page of pages)
          expect(page.reduce((lines, { agents }) => lines + 1 + agents.length, 0)).toBeLessThanOrEqual(capacity);
      },
    ),
  );
});

test('pages take turns, each as long as the others', () => {
  expect([0, 1, 2, 3].map((turn) => tvPageAt(turn * TV_PAGE_MS, 3))).toEqual([0, 1, 2, 0]);
  expect(tvPageAt(TV_PAGE_MS - 1, 3)).toBe(0);
  expect(tvPageAt(TV_PAGE_MS, 0)).toBe(0);
});
