import { expect, test } from '@jest/globals';
import { GRAPHIQL } from '../graphiql/page.ts';
import { WALLBOARD } from '../wallboard/page.ts';
import { hashInputs, readFingerprint } from './fingerprint.ts';

// CI also builds the pages and compares the files: `npm run check:graphiql`, `npm run check:wallboard`.
test.each([GRAPHIQL, WALLBOARD])(
  'public/$name is built from the present sources; if not, run `npm run build:$name` and commit the result',
  async (page) => {
    expect(await readFingerprint(page.target)).toBe(await hashInputs(page));
  },
);
