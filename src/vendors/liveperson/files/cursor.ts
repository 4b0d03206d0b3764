import type { Stretch } from './stretch.ts';

/** Moves through a text, stretch by stretch. */
export interface Cursor {
  /** What the first of these stretches that stands next tells, space aside; null, without moving, when none does. */
  readonly take: <T>(stretches: readonly Stretch<T>[]) => T | null;
  /** Whether a comma stands next, space aside; moves behind it. */
  readonly takeComma: () => boolean;
  readonly position: () => number;
}

const COMMA = 0x2c;

export function createCursor(text: string, begin: number): Cursor {
  let at = begin;

  function skipSpace(): void {
    for (let code = text.charCodeAt(at); isSpace(code); code = text.charCodeAt(at)) at += 1;
  }

  return {
    take: (stretches) => {
      skipSpace();
      for (const { expression, tell } of stretches) {
        expression.lastIndex = at;
        const found = expression.exec(text);
        if (found === null) continue;
        at = expression.lastIndex;
        return tell(found);
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
