import { expect, test } from '@jest/globals';
import { formatEntry, parseEntry } from './entry-text.ts';
import type { Entry } from './store.ts';

const ENTRY: Entry = { value: { a: [1, 'ж', null] }, isFinal: true, fetchedAt: 1, freshUntil: 2, expiresAt: 3 };
const NOT_FOUND = { ...ENTRY, value: null, notFound: { message: 'no such agent', reason: null, status: 404 } };

test.each([ENTRY, NOT_FOUND])('returns entries unchanged', (entry) => {
  expect(parseEntry(formatEntry('a', entry), 'a')).toMatchObject(entry);
});

test.each(['', 'null', '[]', '{"key":"a"}', formatEntry('a', ENTRY).slice(0, -1), formatEntry('b', ENTRY)])(
  'returns no entry for a text that is malformed or belongs to another key: %s',
  (text) => {
    expect(parseEntry(text, 'a')).toBeUndefined();
  },
);
