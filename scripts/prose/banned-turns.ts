/** A turn of phrase that this project does not use, with the plain one. See docs/style.md. */
interface BannedTurn {
  readonly pattern: RegExp;
  readonly instead: string;
}

const BANNED_TURNS: readonly BannedTurn[] = [
  { pattern: /\b(?:is|are|was|were|be|been|being) told\b/i, instead: 'receives, is reported to, is returned to' },
  { pattern: /\btold\b/i, instead: 'reported, returned, distinguished (told apart)' },
  { pattern: /\bof (?:its|their) own accord\b/i, instead: 'automatically' },
  { pattern: /\b(?:come|comes|came|coming) by\b/i, instead: 'obtain, occur' },
  { pattern: /\bin vain\b/i, instead: 'without success, failed' },
  { pattern: /\bbe it\b/i, instead: 'including, whether' },
  { pattern: /\bfor want of\b/i, instead: 'without, because … is missing' },
  { pattern: /\bon behalf of\b/i, instead: 'for' },
  { pattern: /\blets? go of\b/i, instead: 'release' },
  { pattern: /\b(?:whoever|whomever|whosoever)\b/i, instead: 'the caller, a reader, the process …' },
  { pattern: /\b(?:nobody|everybody|anybody|somebody)\b/i, instead: 'no caller, every reader, any process …' },
];

export interface FoundTurn {
  readonly line: number;
  readonly text: string;
  readonly instead: string;
}

/** The banned turns in a text, also those that a line break and a comment's margin divide. At most one for each word. */
export function findBannedTurns(text: string): readonly FoundTurn[] {
  // As long as the original, so that positions stay: margins (`//`, ` *`, `>`) and line breaks become blanks.
  const flat = text.replace(/\n[ \t]*(?:\/\/|\*|>|#)?[ \t]*/g, (margin) => ' '.padEnd(margin.length));
  const spaced = (pattern: RegExp) => new RegExp(pattern.source.replaceAll(' ', ' +'), 'gi');
  const found = BANNED_TURNS.flatMap(({ pattern, instead }) =>
    [...flat.matchAll(spaced(pattern))].map(({ 0: match, index }) => ({
      index,
      end: index + match.length,
      text: match,
      instead,
    })),
  );
  return found
    .filter((turn) => !found.some((other) => other.end >= turn.end && other.index < turn.index))
    .sort((a, b) => a.index - b.index)
    .map(({ index, text: match, instead }) => ({
      line: text.slice(0, index).split('\n').length,
      text: match.replace(/ +/g, ' '),
      instead,
    }));
}
