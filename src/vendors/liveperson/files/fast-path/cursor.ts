import type { TokenPattern } from './token-pattern.ts';

/** Moves through a text, pattern by pattern. */
export interface Cursor {
  /** Extracts by the first pattern that matches next, after space, and moves to its end; null, without moving, if none does. */
  readonly take: <T>(patterns: readonly TokenPattern<T>[]) => T | null;
  /** Whether a comma is next, after space; moves past it. */
  readonly takeComma: () => boolean;
  readonly position: () => number;
}

const COMMA = 0x2c;

export function createCursor(text: string, start: number): Cursor {
  let at = start;

  function skipSpace(): void {
    for (let code = text.charCodeAt(at); isSpace(code); code = text.charCodeAt(at)) at += 1;
  }

  return {
    take: (patterns) => {
      skipSpace();
      for (const { expression, extract } of patterns) {
        expression.lastIndex = at;
        const match = expression.exec(text);
        if (match === null) continue;
        at = expression.lastIndex;
        return extract(match);
      }
      return null;
    },
    takeComma: () => {
      skipSpace();
      if (text.charCodeAt(at) !== COMMA) return false;
      at += 1;
      return true;
    },
    position: () => at,
  };
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
