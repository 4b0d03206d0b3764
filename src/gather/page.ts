import { InvalidInput } from '../domain/invalid-input.ts';
import type { SourceReport } from '../domain/source.ts';

/** A page of a list, as Relay has it. */
export interface Page<T> {
  readonly nodes: readonly T[];
  /** In the order of the nodes. */
  readonly cursors: readonly string[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** On all pages together. */
  readonly totalCount: number;
}

/** A page that says where it comes from. */
export interface SourcedPage<T> extends Page<T> {
  readonly sources: readonly SourceReport[];
}

/** A list's places: what `after` may name, and where it leads. */
export interface Places<T> {
  /** Of the items from `start` to before `end`: equal for no two of a list, and the same for an item whatever page it is on. */
  readonly cursorsOf: (items: readonly T[], start: number, end: number) => readonly string[];
  /** The index of the first item behind the cursor; null for a text that is no cursor of such a list. */
  readonly behind: (cursor: string, items: readonly T[]) => number | null;
}

export function pageOf<T>(
  items: readonly T[],
  { first, after }: { readonly first: number; readonly after?: string | null },
  places: Places<T>,
): Page<T> {
  const start = after == null ? 0 : places.behind(after, items);
  if (start === null) throw new InvalidInput('after', 'is not a cursor of this list');
  const nodes = items.slice(start, start + first);
  return {
    nodes,
    cursors: places.cursorsOf(items, start, start + nodes.length),
    hasNextPage: start + nodes.length < items.length,
    hasPreviousPage: start > 0,
    totalCount: items.length,
  };
}

/**
 * The places of a list that ascends by an instant. A cursor names the instant and, among those who share it, the how-many-th:
 * it stays valid when earlier items come or go.
 */
export function placesByInstant<T>(instantOf: (item: T) => number): Places<T> {
  return {
    cursorsOf(items, start, end) {
      const at = (index: number): number => instantOf(items[index] as T);
      let nth = 0;
      for (let i = start; i > 0 && i < end && at(i - 1) === at(i); i -= 1) nth += 1;
      return items.slice(start, end).map((item, index) => {
        if (index > 0) nth = at(start + index - 1) === instantOf(item) ? nth + 1 : 0;
        return encodeCursor([instantOf(item).toString(36), nth.toString(36)]);
      });
    },
    behind(cursor, items) {
      const [at, nth] = (decodeCursor(cursor, 2) ?? []).map(readNumber);
      if (at == null || nth == null || nth < 0) return null;
      const begin = items.findIndex((item) => instantOf(item) >= at);
      if (begin === -1) return items.length;
      let index = begin;
      for (let seen = 0; seen <= nth && index < items.length && instantOf(items[index] as T) === at; seen += 1)
        index += 1;
      return index;
    },
  };
}

function readNumber(text: string): number | null {
  const number = Number.parseInt(text, 36);
  return Number.isSafeInteger(number) && number.toString(36) === text ? number : null;
}

export function encodeCursor(parts: readonly string[]): string {
  return Buffer.from(parts.join('\n'), 'utf8').toString('base64url');
}

/** The parts of a cursor; null when it has not so many or is not of our making. */
export function decodeCursor(cursor: string, length: number): readonly string[] | null {
  const parts = Buffer.from(cursor, 'base64url').toString('utf8').split('\n');
  return parts.length === length && encodeCursor(parts) === cursor ? parts : null;
}
