import { expect, test } from '@jest/globals';
import { hashInputs, readFingerprint, TARGET } from './fingerprint.ts';

// CI also builds the page and compares the files: `npm run check:graphiql`.
test('public/graphiql is built from the present sources; if not, run `npm run build:graphiql` and commit the result', async () => {
  expect(await readFingerprint(TARGET)).toBe(await hashInputs());
});
