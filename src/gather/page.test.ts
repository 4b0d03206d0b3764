import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { thrownBy } from '../../test/support/capture-error.ts';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { createTimeCursorCodec, type CursorCodec, decodeCursor, encodeCursor, type Page, paginate } from './page.ts';

interface Item {
  readonly at: number;
  readonly name: string;
}

const cursorCodec = createTimeCursorCodec<Item>(({ at }) => at);
function byTime(a: Item, b: Item) {
  return a.at - b.at;
}

/** All pages of a list, in sequence. */
function walk<T>(items: readonly T[], first: number, codec: CursorCodec<T>): Page<T>[] {
  const pages: Page<T>[] = [];
  let after: string | null = null;
  do {
    const page: Page<T> = paginate(items, { first, after }, codec);
    pages.push(page);
    after = page.cursors().at(-1) ?? null;
  } while (pages.at(-1)?.hasNextPage && pages.length <= items.length + 1);
  return pages;
}

// Few instants, so that many items share one.
const item = fc.record({ at: fc.integer({ min: -2, max: 6 }), name: fc.string({ maxLength: 3 }) });
const list = fc.array(item, { maxLength: 30 }).map((items) => items.toSorted(byTime));

describe('paginate with time cursors', () => {
  test('returns exactly the list, page by page, for any page size', () => {
    fc.assert(
      fc.property(list, fc.integer({ min: 1, max: 12 }), (items, first) => {
        const pages = walk(items, first, cursorCodec);
        expect(pages.flatMap(({ nodes }) => nodes)).toEqual(items);
        pages.forEach((page, index) => {
          expect(page.totalCount).toBe(items.length);
          expect(page.cursors()).toHaveLength(page.nodes.length);
          expect(page.hasPreviousPage).toBe(index > 0);
          expect(page.hasNextPage).toBe(index < pages.length - 1);
        });
      }),
    );
  });

  test('gives every item a unique cursor that does not depend on the page', () => {
    fc.assert(
      fc.property(list, fc.integer({ min: 1, max: 12 }), (items, first) => {
        const whole = paginate(items, { first: items.length }, cursorCodec).cursors();
        expect(new Set(whole).size).toBe(items.length);
        expect(walk(items, first, cursorCodec).flatMap(({ cursors }) => cursors())).toEqual(whole);
      }),
    );
  });

  test('reads each item a bounded number of times where many share an instant', () => {
    let looks = 0;
    const counting = createTimeCursorCodec<Item>(({ at }) => {
      looks += 1;
      return at;
    });
    const simultaneous = Array.from({ length: 1000 }, (): Item => ({ at: 5, name: '' }));
    expect(new Set(paginate(simultaneous, { first: 1000 }, counting).cursors()).size).toBe(1000);
    expect(looks).toBeLessThan(5000);
  });

  test('keeps a cursor valid while items are added and removed, its own included', () => {
    fc.assert(
      fc.property(list, list, fc.nat(), (before, others, dice) => {
        if (before.length === 0) return;
        const index = dice % before.length;
        const { at } = before[index] as Item;
        const cursor = paginate(before, { first: before.length }, cursorCodec).cursors()[index] ?? '';
        const rest = before.slice(index + 1);
        const later = [...others.filter((one) => one.at !== at), ...before.filter((one) => one.at === at)].toSorted(
          byTime,
        );
        const { nodes } = paginate(later, { first: 100, after: cursor }, cursorCodec);
        expect(nodes).toEqual([...rest.filter((one) => one.at === at), ...later.filter((one) => one.at > at)]);
        // Once every item of its instant is removed, it resolves to the next one.
        const without = later.filter((one) => one.at !== at);
        expect(paginate(without, { first: 100, after: cursor }, cursorCodec).nodes).toEqual(
          without.filter((one) => one.at > at),
        );
      }),
    );
  });

  test('returns no cursors and no next page for an empty list', () => {
    const items = [{ at: 1, name: 'a' }];
    const page = paginate(items, { first: 0 }, cursorCodec);
    expect({ ...page, cursors: page.cursors() }).toEqual({
      nodes: [],
      cursors: [],
      hasNextPage: true,
      hasPreviousPage: false,
      totalCount: 1,
    });
    expect(paginate([], { first: 5 }, cursorCodec)).toMatchObject({ nodes: [], hasNextPage: false, totalCount: 0 });
  });

  test('returns an empty page after the last item', () => {
    const items = [{ at: 1, name: 'a' }];
    const [after = ''] = paginate(items, { first: 1 }, cursorCodec).cursors();
    expect(paginate(items, { first: 1, after }, cursorCodec)).toMatchObject({
      nodes: [],
      hasNextPage: false,
      hasPreviousPage: true,
    });
  });
});

describe('paginate with an invalid cursor', () => {
  const good = encodeCursor(['a', '0']);

  test.each<[string, string]>([
    ['an empty text', ''],
    ['a word', 'next'],
    ['a number', '12'],
    ['a cursor of another list', encodeCursor(['listed', '0', 'jane'])],
    ['a cursor of a list without instants', encodeCursor(['0'])],
    ['a truncated cursor', good.slice(0, -1)],
    ['another spelling of the same bytes', `${good}=`],
    ['an instant that is not a number', encodeCursor(['!', '0'])],
    ['an instant with a suffix', encodeCursor(['a!', '0'])],
    ['capitals', encodeCursor(['A', '0'])],
    ['no instant', encodeCursor(['', '0'])],
    ['a negative position', encodeCursor(['a', '-1'])],
    ['a fraction', encodeCursor(['a', '0.5'])],
    ['an instant beyond the safe integers', encodeCursor(['z'.repeat(20), '0'])],
  ])('rejects %s as a cursor', (_name, after) => {
    const error = thrownBy(() => paginate([{ at: 1, name: 'a' }], { first: 1, after }, cursorCodec));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({ argument: 'after' });
  });

  test('rejects any text as a cursor, or resolves it to a position in the list', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), list, (after, items) => {
        try {
          const { nodes } = paginate(items, { first: 100, after }, cursorCodec);
          expect(items.slice(items.length - nodes.length)).toEqual(nodes);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
        }
      }),
    );
  });
});

test('decodeCursor returns the parts that were encoded', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[^\n]*$/), { minLength: 1, maxLength: 4 }), (parts) => {
      expect(decodeCursor(encodeCursor(parts), parts.length)).toEqual(parts);
      expect(decodeCursor(encodeCursor(parts), parts.length + 1)).toBeNull();
    }),
  );
});
