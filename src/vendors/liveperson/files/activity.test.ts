import { expect, test } from '@jest/globals';
import { createActivityDocument } from '../../../../test/support/liveperson-documents.ts';
import { isPgpArmored, parseName, readActivity } from './activity.ts';

test('parses a document in both envelopes to the same activity', () => {
  const records = [{ session: '75555851-1', events: [{ agent: 9, profiles: [5, 6], group: 3 }] }];
  const [documented, found] = (['documented', 'found'] as const).map((envelope) =>
    readActivity(JSON.stringify(createActivityDocument(records, { envelope }))),
  );
  expect(documented).toMatchObject({
    accountId: '75555851',
    records: [{ sessionId: '75555851-1', events: [{ agentId: '9', profileIds: '5,6', groupId: '3' }] }],
  });
  expect(found).toEqual(documented);
});

test.each(['', '{', '5', 'null', '[]', '{}', '{"recordCollection":{}}'])('returns null for the text %j', (text) => {
  expect(readActivity(text)).toBeNull();
});

test('reads no events from a list that is not an array', () => {
  const text = JSON.stringify({ recordCollection: [{ body: { agentSessionsData: 5 } }] });
  expect(readActivity(text)).toEqual({ accountId: null, records: [{ sessionId: null, events: [] }] });
});

test('returns null for empty, armored and non-text names', () => {
  expect([' Jane ', ' ', '-----BEGIN PGP MESSAGE-----', 5, null].map(parseName)).toEqual([
    'Jane',
    null,
    null,
    null,
    null,
  ]);
  expect(['x', 'a -----BEGIN PGP x', 5].map(isPgpArmored)).toEqual([false, true, false]);
});
