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

test.each([
  ['a list that is not an array', { body: { agentSessionsData: 5 } }],
  ['no list', { body: { 'com.liveperson.dataaccess.AgentActivityData': { header: null } } }],
  ['no body', {}],
  ['a body that is not an object', { body: 'x' }],
  ['a body of no known form', { body: { x: 1 } }],
  ['nothing', null],
])('counts a record with %s as unreadable', (_what, record) => {
  const text = JSON.stringify({ recordCollection: [record] });
  expect(readActivity(text)).toEqual({ accountId: null, records: [], unreadable: 1 });
});

test('reads no events where the vendor says that there are none', () => {
  const noEvents = { recordCollection: [{ body: { agentSessionsData: null } }] };
  const otherKind = { recordCollection: [{ body: { 'com.liveperson.dataaccess.WebSessionData': { x: 1 } } }] };
  expect(readActivity(JSON.stringify(noEvents))).toMatchObject({ records: [{ events: [] }], unreadable: 0 });
  expect(readActivity(JSON.stringify(otherKind))).toMatchObject({ records: [], unreadable: 0 });
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
