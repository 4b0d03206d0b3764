import { expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import { createEventLoopYielder } from '../../domain/event-loop-yielder.ts';
import type { FileContent } from './files/content.ts';
import { encodeEvents } from './files/event-codec.ts';
import { buildCollectedSession, collectSessions, type FetchedFile, isLoginName } from './map.ts';

const yielder = createEventLoopYielder(manualClock());
async function build(ref: string, files: readonly FetchedFile[]) {
  const collected = await collectSessions(ref, files, yielder);
  return Promise.all(collected.map((session) => buildCollectedSession('lp', ref, session, yielder)));
}

const AT = Date.parse('2024-05-10T08:00:00Z');

/** A file in which each of these agents has a session with one login. */
function createContent(agentIds: readonly string[], logins: FileContent['logins'] = {}): FileContent {
  const events = encodeEvents([
    {
      at: AT,
      type: '3',
      state: '0',
      previousState: '1',
      engagements: '0',
      previousEngagements: null,
      maxEngagements: '-9',
    },
  ]);
  const names = { at: AT, loginName: null, nickname: null, userName: null };
  const agents = agentIds.map((id) => [id, { names, records: JSON.stringify([`75555851-${id}`, events, null, null]) }]);
  return {
    agents: Object.fromEntries(agents) as FileContent['agents'],
    logins,
    hasEncryptedLogins: false,
    flaws: { damage: null, foreign: 0, malformed: 0 },
  };
}

test('maps a stored event to the vocabulary of all vendors', async () => {
  const [session] = await build('9', [{ value: createContent(['9']), fetchedAt: AT }]);
  expect(session).toMatchObject({ account: 'lp', ref: '9', vendorSessionId: '75555851-9', loginAt: AT });
  expect(session?.events).toMatchObject([
    {
      type: 'LOGIN',
      vendorType: '3',
      at: AT,
      status: 'UNKNOWN',
      vendorStatus: '0',
      previousVendorStatus: '1',
      concurrentEngagements: 0,
      previousConcurrentEngagements: null,
      maxConcurrentEngagements: null,
    },
  ]);
});

test('takes the periods of a session as observed when the last file with a part of it was requested', async () => {
  const change = {
    type: '1',
    state: '2',
    previousState: '1',
    engagements: '0',
    previousEngagements: '0',
    maxEngagements: '3',
  };
  const fileOf = (agentId: string, fetchedAt: number) => {
    const content = createContent([agentId]);
    const events = encodeEvents([{ ...change, at: AT }]);
    const agent = { ...content.agents[agentId], records: JSON.stringify([`s-${agentId}`, events, null, null]) };
    return { value: { ...content, agents: { [agentId]: agent } } as FileContent, fetchedAt };
  };
  const files = [fileOf('9', AT + 2), fileOf('9', AT + 1), fileOf('10', AT + 3)];
  const [session] = await build('9', files);
  expect(session?.statusPeriods.map(({ observedAt }) => observedAt)).toEqual([AT + 2]);
});

test('finds the sessions of all agents that have had a login name', async () => {
  const contents = [createContent(['9'], { jane: ['9'] }), createContent(['10'], { jane: ['10'] })];
  const files = contents.map((value) => ({ value, fetchedAt: AT }));
  const refs = async (ref: string) => (await build(ref, files)).map(({ vendorSessionId }) => vendorSessionId);
  expect(await refs(' Jane ')).toEqual(['75555851-9', '75555851-10']);
  expect(await refs('10')).toEqual(['75555851-10']);
  expect(await refs('constructor')).toEqual([]);
});

test('treats a reference as a login name unless it is a number or an agentID in the files', () => {
  const contents = [createContent(['-7'])];
  expect(['jane', '9', ' 9 ', '-7', '-8'].map((ref) => isLoginName(ref, contents))).toEqual([
    true,
    false,
    false,
    false,
    true,
  ]);
});
