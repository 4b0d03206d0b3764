import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, Lexer, Source, TokenKind } from 'graphql';
import type { Limits } from '../../config/settings.ts';

/** Says of a document that the parser gave up for its length that this was why; the parser has a sentence for it only. */
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

/** How many tokens begin at a position or before, as far as `most`. */
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
    // Here is what the parser stumbled over: no token.
  }
  return count;
}
