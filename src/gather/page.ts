import type { Agent } from '../domain/agent.ts';
import type { Interaction } from '../domain/interaction.ts';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { once } from '../domain/once.ts';
import type { Session } from '../domain/session.ts';
import type { SourceReport } from '../domain/source.ts';
import type { StatusPeriod } from '../domain/status-period.ts';

/** A page of a list, in Relay's form. */
export interface Page<T> {
  readonly nodes: readonly T[];
  /** In the order of the nodes. Encoded when they are asked for: most queries select none. */
  readonly cursors: () => readonly string[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Number of items on all pages. */
  readonly totalCount: number;
}

/** A page with the reports of its sources. */
export interface SourcedPage<T> extends Page<T> {
  readonly sources: readonly SourceReport[];
}

// The pages by name: the generated resolver types cannot refer to generics.
export type AgentPage = SourcedPage<Agent>;
export type StatusPeriodPage = SourcedPage<StatusPeriod>;
export type SessionPage = SourcedPage<Session>;
export type InteractionPage = SourcedPage<Interaction>;

/** Encodes the cursors of a list, and resolves them. */
export interface CursorCodec<T> {
  /** The cursors of the items from `start` to before `end`. A cursor is unique in its list and does not depend on the page. */
  readonly encode: (items: readonly T[], start: number, end: number) => readonly string[];
  /** The index of the first item after the cursor; null for a text that is not a cursor of such a list. */
  readonly indexAfter: (cursor: string, items: readonly T[]) => number | null;
}

export function paginate<T>(
  items: readonly T[],
  { first, after }: { readonly first: number; readonly after?: string | null },
  codec: CursorCodec<T>,
): Page<T> {
  const start = after == null ? 0 : codec.indexAfter(after, items);
  if (start === null) throw new InvalidInputError('after', 'is not a valid cursor for this list');
  const nodes = start === 0 && items.length <= first ? items : items.slice(start, start + first);
  return {
    nodes,
    cursors: once(() => codec.encode(items, start, start + nodes.length)),
    hasNextPage: start + nodes.length < items.length,
    hasPreviousPage: start > 0,
    totalCount: items.length,
  };
}

/**
 * Cursors of a list in ascending order of an instant. A cursor consists of the instant and the position among the items that
 * share it, so it stays valid when earlier items are added or removed.
 */
export function createTimeCursorCodec<T>(instantOf: (item: T) => number): CursorCodec<T> {
  return {
    encode(items, start, end) {
      const at = (index: number): number => instantOf(items[index] as T);
      let nth = 0;
      for (let i = start; i > 0 && i < end && at(i - 1) === at(i); i -= 1) nth += 1;
      return items.slice(start, end).map((item, index) => {
        if (index > 0) nth = at(start + index - 1) === instantOf(item) ? nth + 1 : 0;
        return encodeCursor([instantOf(item).toString(36), nth.toString(36)]);
      });
    },
    indexAfter(cursor, items) {
      const [at, nth] = (decodeCursor(cursor, 2) ?? []).map(parseBase36);
      if (at == null || nth == null || nth < 0) return null;
      const firstAtOrAfter = items.findIndex((item) => instantOf(item) >= at);
      if (firstAtOrAfter === -1) return items.length;
      let index = firstAtOrAfter;
      for (let seen = 0; seen <= nth && index < items.length && instantOf(items[index] as T) === at; seen += 1)
        index += 1;
      return index;
    },
  };
}

function parseBase36(text: string): number | null {
  const number = Number.parseInt(text, 36);
  return Number.isSafeInteger(number) && number.toString(36) === text ? number : null;
}

export function encodeCursor(parts: readonly string[]): string {
  return Buffer.from(parts.join('\n'), 'utf8').toString('base64url');
}

/** The parts of a cursor; null where their number differs or the text is not in canonical form. */
export function decodeCursor(cursor: string, partCount: number): readonly string[] | null {
  const parts = Buffer.from(cursor, 'base64url').toString('utf8').split('\n');
  return parts.length === partCount && encodeCursor(parts) === cursor ? parts : null;
}
