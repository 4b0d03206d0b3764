import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, Lexer, Source, TokenKind } from 'graphql';
import type { Limits } from '../../config/settings.ts';

/** Adds `extensions.limit: tokens` to the parser's error about a document with too many tokens, which has a message only. */
export function tokenLimitCodePlugin({ maxTokens }: Pick<Limits, 'maxTokens'>): ApolloServerPlugin {
  return {
    requestDidStart: () =>
      Promise.resolve({
        parsingDidStart: ({ source }) =>
          Promise.resolve((error) => {
            if (!(error instanceof GraphQLError)) return Promise.resolve();
            const [position = 0] = error.positions ?? [];
            if (countTokensUpTo(source, position, maxTokens + 1) > maxTokens) error.extensions.limit = 'tokens';
            return Promise.resolve();
          }),
      }),
  };
}

/** Counts the tokens that start at or before a position, up to `max`. */
function countTokensUpTo(text: string, position: number, max: number): number {
  const lexer = new Lexer(new Source(text));
  let count = 0;
  try {
    while (count < max) {
      const { kind, start } = lexer.advance();
      if (kind === TokenKind.EOF || start > position) break;
      count += 1;
    }
  } catch {
    // The invalid token at which the parser stopped.
  }
  return count;
}
