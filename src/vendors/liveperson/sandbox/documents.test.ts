import { describe, expect, test } from '@jest/globals';
import { closedSessions, HOUR, jane, NOW } from '../../../../test/support/liveperson-company.ts';
import { sessionDocuments, type ClosedSession } from './documents.ts';

interface Document {
  readonly dataType: unknown;
  readonly metaData: Readonly<Record<string, unknown>>;
  readonly recordCollection: readonly Item[] | { readonly array: readonly Item[] };
}

interface Item {
  readonly body: {
    readonly 'com.liveperson.dataaccess.AgentActivityData': {
      readonly header: unknown;
      readonly agentSessionsData: { readonly array: readonly Readonly<Record<string, object>>[] };
    };
  };
}

const documents = (session: ClosedSession): readonly Document[] =>
  sessionDocuments('75555851', session) as readonly Document[];

const itemsOf = ({ recordCollection }: Document): readonly Item[] =>
  'array' in recordCollection ? recordCollection.array : recordCollection;

/** The events of a session by time, with every union replaced by its value. */
const eventsOf = (session: ClosedSession): Readonly<Record<string, unknown>>[] =>
  documents(session)
    .flatMap(itemsOf)
    .flatMap(({ body }) => body['com.liveperson.dataaccess.AgentActivityData'].agentSessionsData.array)
    .map((event) =>
      Object.fromEntries(Object.entries(event).map(([name, union]) => [name, Object.values(union)[0] as unknown])),
    )
    .toSorted((a, b) => Number(a.timestamp) - Number(b.timestamp));

test('renders a session from login to logout with chained changes, including changes of only chats', () => {
  for (const session of closedSessions) {
    const { start } = session.shift;
    const summaries = eventsOf(session).map((event) =>
      ['type', 'state', 'prevState', 'concurrentEng', 'prevConcurrentEng', 'timestamp'].map((name) => event[name]),
    );
    expect(summaries).toEqual([
      [3, 0, 1, 0, 0, start],
      [1, 2, 1, 0, 0, start + 60_000],
      [1, 2, 2, 1, 0, start + HOUR],
      [1, 3, 2, 2, 1, start + 2 * HOUR],
      [1, 4, 3, 0, 2, start + 3 * HOUR],
      [4, 0, 4, 0, 0, start + 8 * HOUR],
    ]);
  }
});

test('renders the maximum of chats while logged in, and −9 at login and logout', () => {
  const maxima = closedSessions
    .filter(({ person }) => person === jane)
    .map((session) => eventsOf(session).map((event) => Number(event.maxConcurrentEng)));
  const [first] = maxima;
  expect(first).toEqual([-9, first?.[1], first?.[1], first?.[1], first?.[1], -9]);
  expect(first?.[1]).toBeGreaterThan(0);
  expect(new Set(maxima.map((row) => row.join())).size).toBe(1);
});

test('renders the person in every event, in unions', () => {
  const session = closedSessions.find(({ person }) => person.firstName === 'Zoë');
  if (session === undefined) throw new Error('Zoë has a session');
  const zoë = {
    agentID: 2438730312,
    agentUsername: 'Zoë Doe',
    agentNickname: 'ZoëD',
    agentLoginname: 'zoë@example.com',
  };
  for (const event of eventsOf(session)) {
    expect(event).toMatchObject(zoë);
    expect(['', 'E-Zoë']).toContain(event.agentEmployeeId);
    expect([-1, 101, 102, 103]).toContain(event.agentGroupID);
    expect(Math.min(...(event.userProfileIDs as number[]))).toBeGreaterThan(2 ** 31);
  }
});

test('renders some persons without an employee id or a group', () => {
  const [session] = closedSessions;
  if (session === undefined) throw new Error('there are sessions');
  const firstEvents = Array.from({ length: 40 }, (_, i) => {
    const person = { ...jane, email: `someone-${i}@example.com` };
    return eventsOf({ ...session, person })[0];
  });
  const without = (name: string, value: unknown): number =>
    firstEvents.filter((event) => event?.[name] === value).length;
  for (const count of [without('agentEmployeeId', ''), without('agentGroupID', -1)]) {
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(40);
  }
});

describe('layouts', () => {
  const all = closedSessions.map(documents);
  const wrapped = all.flat().filter(({ metaData }) => 'com.liveperson.dataaccess.MetaData' in metaData);
  const bare = all.flat().filter(({ metaData }) => 'schemaVersion' in metaData);

  test('renders a session as one document with one record or a record for each event, or a document for each event', () => {
    const layouts = all.map((session) => `${session.length} × ${session.flatMap(itemsOf).length}`);
    expect(new Set(layouts)).toEqual(new Set(['1 × 1', '1 × 6', '6 × 6']));
  });

  test('renders documents of single events with their time, out of order', () => {
    const starts = all
      .find((session) => session.length > 1)
      ?.map(({ metaData }) => JSON.stringify(metaData).replace(/.*"startTime":\{"long":(\d+)\}.*/, '$1'));
    expect(new Set(starts).size).toBe(6);
    expect(starts).not.toEqual(starts?.toSorted());
  });

  test('renders some documents in the envelope of the vendor’s sample', () => {
    const one = bare.find(({ metaData }) => metaData.endTime === null);
    expect(one).toEqual({
      dataType: { 'com.liveperson.dataaccess.DataTypeEnum': 'AgentActivity' },
      metaData: {
        accountId: { string: '75555851' },
        schemaVersion: '1.0.0.4',
        startTime: { long: expect.any(Number) as unknown },
        endTime: null,
      },
      recordCollection: [
        {
          body: {
            'com.liveperson.dataaccess.AgentActivityData': {
              header: {
                'com.liveperson.dataaccess.AgentHeader': {
                  agentSessionId: { string: expect.stringMatching(/^75555851-10\d{3}$/) as unknown },
                },
              },
              agentSessionsData: { array: [expect.objectContaining({ agentLoginname: expect.anything() as unknown })] },
            },
          },
        },
      ],
    });
  });

  test('renders some documents with every union wrapped', () => {
    expect(wrapped.length).toBeGreaterThan(0);
    expect(wrapped.every(({ recordCollection }) => 'array' in recordCollection)).toBe(true);
    expect(bare.length + wrapped.length).toBe(all.flat().length);
  });

  test('renders only times in the past', () => {
    const times = closedSessions.flatMap(eventsOf).map((event) => Number(event.timestamp));
    expect(Math.max(...times)).toBeLessThan(NOW);
  });
});
