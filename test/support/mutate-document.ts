import { type DocumentNode, parse } from 'graphql';

/** A place in a text, and what is done there. */
export type Change = readonly [at: number, change: number];

/** Parses a text of which some tokens are left out, repeated or replaced by others of the text; null where it is no GraphQL any more. */
export function mutateDocument(text: string, changes: readonly Change[], further = ''): DocumentNode | null {
  const tokens = toTokens(text);
  const others = [...tokens, ...toTokens(further)];
  for (const [at, change] of changes) {
    const index = at % tokens.length;
    const replacements = [tokens[index] ?? '', others[change % others.length] ?? ''];
    tokens.splice(index, 1, ...replacements.slice(change % 3));
  }
  try {
    return parse(tokens.join(' '));
  } catch {
    return null;
  }
}

function toTokens(text: string): string[] {
  return text.match(/[$@]?\w+|\.\.\.|"[^"]*"|\S/g) ?? [];
}
