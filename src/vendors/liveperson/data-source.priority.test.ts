import { expect, test } from '@jest/globals';
import {
  connectLivePerson,
  createScriptedVendor,
  MAY_10,
  NOW,
  THREE_FILES,
} from '../../../test/support/scripted-liveperson.ts';

const UP_TO_NOW = { from: MAY_10.from, to: NOW };

test('requests the lists and files of a past range after calls of live data', async () => {
  const { open, sent } = connectLivePerson(createScriptedVendor(THREE_FILES));
  const { sessions, statusPeriods } = open();
  await sessions('9', MAY_10);
  await statusPeriods('9', MAY_10);
  expect(sent.map(({ endpoint, priority }) => `${endpoint} ${priority}`)).toEqual([
    'agentActivity past',
    ...THREE_FILES.map(() => 'agentActivity/file past'),
  ]);
});

test('requests the lists and files of a range that reaches now as live data, discovery too', async () => {
  const { open, sent } = connectLivePerson(createScriptedVendor(THREE_FILES));
  await open().statusPeriods('9', UP_TO_NOW);
  await open().sessions('9', { from: MAY_10.from, to: NOW + 3_600_000 });
  await open().discover();
  expect(new Set(sent.map(({ endpoint }) => endpoint))).toEqual(new Set(['agentActivity', 'agentActivity/file']));
  expect(sent.map(({ priority = 'live' }) => priority)).toEqual(sent.map(() => 'live'));
});

test('requests a window of a past and of a live range once, in the query that reads both', async () => {
  const { open, sent } = connectLivePerson(createScriptedVendor(THREE_FILES));
  const { sessions } = open();
  await sessions('9', UP_TO_NOW);
  const sentForLive = sent.length;
  await sessions('9', { from: UP_TO_NOW.from, to: NOW - 60_000 });
  expect(sent).toHaveLength(sentForLive);
});

const UP_TO_MINUTES_AGO = { from: UP_TO_NOW.from, to: NOW - 600_000 };

test('does not let a live range wait for the calls of a past range with the same windows', async () => {
  const vendor = createScriptedVendor(THREE_FILES);
  const { promise: answered, resolve: answer } = Promise.withResolvers<undefined>();
  const { open, sent } = connectLivePerson((request) =>
    request.priority === 'past' ? answered.then(() => vendor(request)) : vendor(request),
  );
  const { sessions } = open();
  const past = sessions('9', UP_TO_MINUTES_AGO);
  const live = await sessions('9', UP_TO_NOW);
  expect(live.data).toHaveLength(1);
  expect(sent.map(({ priority = 'live' }) => priority)).toEqual(['past', 'live', ...THREE_FILES.map(() => 'live')]);
  answer(undefined);
  expect((await past).data).toHaveLength(1);
});

test('reads a live range from the files of a past range that were read', async () => {
  const { open, sent } = connectLivePerson(createScriptedVendor(THREE_FILES));
  const { sessions } = open();
  await sessions('9', UP_TO_MINUTES_AGO);
  const sentForPast = sent.length;
  expect((await sessions('9', UP_TO_NOW)).data).toHaveLength(1);
  expect(sent).toHaveLength(sentForPast);
});
