import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rejectionOf, thrownBy } from '../../test/support/capture-error.ts';
import { directoryEntry } from '../../test/support/directory-fixtures.ts';
import {
  createFakeServices,
  findListedAgent,
  freshResult,
  interaction,
  NOW,
  period,
  session,
  vendorError,
} from '../../test/support/gather-harness.ts';
import { agentId, agentIdByAccount, interactionId, sessionId, statusPeriodId } from '../domain/global-id.ts';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import type { SourceReport } from '../domain/source.ts';
import { DAY } from '../domain/time.ts';
import type { VendorError, VendorErrorCode } from '../domain/vendor-error.ts';
import type { AccountDataSource } from '../vendors/vendor.ts';
import { assertNodeIds, node, resolveNodeType } from './nodes.ts';

const PERIODS = [
  period('v', NOW, { status: 'BUSY', vendorStatus: 'BUSY' }),
  period('v', NOW),
  period('v', NOW, { label: 'Lunch' }),
  period('v', NOW, { sessionId: 's2' }),
  period('v', NOW + 5, { end: null, isOngoing: true }),
];
const SESSIONS = [session('v', 's1', NOW - 2 * DAY, NOW - DAY), session('v', 's2', NOW, NOW + 1)];
const INTERACTIONS = [interaction('v', 'g1'), interaction('v', 'g2'), interaction('v', 'g1', NOW - 1000)];

/** Services with one account that has all of Jane's data, and one that is not used. */
function open(canAccess?: (account: string) => boolean, sources: AccountDataSource = {}) {
  const calls: unknown[] = [];
  const respondWith =
    <T>(capability: string, data: T) =>
    (...args: readonly unknown[]) => {
      calls.push([capability, ...args]);
      return Promise.resolve(freshResult('v', data));
    };
  const all: AccountDataSource = {
    statusPeriods: respondWith('periods', PERIODS),
    sessions: respondWith('sessions', SESSIONS),
    latestInteractions: respondWith('interactions', INTERACTIONS),
    ...sources,
  };
  const services = createFakeServices(
    [directoryEntry('jane', { accounts: { v: 'jane', w: 'x' } })],
    [
      { name: 'v', vendor: 'KORE', sources: all },
      { name: 'w', vendor: 'KORE', sources: all },
    ],
  );
  return { context: services.createContext(canAccess), calls, health: () => services.health.get('v') };
}

const IDS = [
  ...PERIODS.map((one) => ({ type: 'StatusPeriod', id: statusPeriodId(one), one })),
  ...SESSIONS.map((one) => ({ type: 'Session', id: sessionId(one), one })),
  ...INTERACTIONS.map((one) => ({ type: 'Interaction', id: interactionId(one), one })),
];

test('node refetches every type by its id, with one call whose range contains it', async () => {
  for (const { id, one, type } of IDS) {
    const { context, calls } = open();
    const found = await node(context, id);
    expect(found).toBe(one);
    expect(found && resolveNodeType(found)).toBe(type);
    expect(calls).toHaveLength(1);
  }
  const { context } = open();
  const jane = findListedAgent(context, 'jane');
  expect(await node(context, agentId('jane'))).toBe(jane);
  expect(resolveNodeType(jane)).toBe('Agent');
  expect(new Set(IDS.map(({ id }) => id)).size).toBe(IDS.length);
});

test('node reads a period in its first millisecond, and a session on the day of its first event', async () => {
  const { context, calls } = open();
  await node(context, statusPeriodId(period('v', NOW)));
  await node(context, sessionId(session('v', 's1', NOW, NOW + 3 * DAY)));
  const midnight = Date.parse('2026-11-20T00:00:00Z');
  expect(calls).toEqual([
    ['periods', 'jane', { from: NOW, to: NOW + 1 }],
    ['sessions', 'jane', { from: midnight, to: midnight + DAY }],
  ]);
});

test('node returns null for data that the vendor no longer returns', async () => {
  const { context } = open();
  expect(await node(context, statusPeriodId(period('v', NOW, { status: 'AWAY', vendorStatus: 'AWAY' })))).toBeNull();
  expect(await node(context, sessionId(session('v', 's9', NOW, NOW)))).toBeNull();
  expect(await node(context, interactionId(interaction('v', 'g9')))).toBeNull();
});

test('node rejects, instead of returning null, when the vendor fails', async () => {
  const { context } = open(undefined, { sessions: () => Promise.reject(vendorError('v', 'VENDOR_TIMEOUT')) });
  expect(await rejectionOf(node(context, sessionId(session('v', 's1', NOW, NOW))))).toMatchObject({
    code: 'VENDOR_TIMEOUT',
  });
});

describe('node without a match', () => {
  const gone = {
    period: statusPeriodId(period('v', NOW, { status: 'AWAY', vendorStatus: 'AWAY' })),
    session: sessionId(session('v', 's9', NOW, NOW)),
    interaction: interactionId(interaction('v', 'g9')),
  };
  /** Returns the known data from every read, with the given report. */
  const respondingWith = (report: Partial<SourceReport>): AccountDataSource => ({
    statusPeriods: () => Promise.resolve(freshResult('v', PERIODS, report)),
    sessions: () => Promise.resolve(freshResult('v', SESSIONS, report)),
    latestInteractions: () => Promise.resolve(freshResult('v', INTERACTIONS, report)),
  });
  const failing = (error: VendorError): AccountDataSource => ({
    statusPeriods: () => Promise.reject(error),
    sessions: () => Promise.reject(error),
    latestInteractions: () => Promise.reject(error),
  });
  const lacking = (code: VendorErrorCode, reason: string) =>
    respondingWith({ outcome: 'PARTIAL', error: vendorError('v', code, { reason }) });

  test.each(Object.entries(gone))('rejects where a missing part may contain the node: %s', async (_, id) => {
    const { context } = open(undefined, lacking('VENDOR_REJECTED', 'file_limit'));
    expect(await rejectionOf(node(context, id))).toMatchObject({ code: 'VENDOR_REJECTED', reason: 'file_limit' });
    const unsaid = open(undefined, respondingWith({ outcome: 'PARTIAL' })).context;
    expect(await rejectionOf(node(unsaid, id))).toMatchObject({ account: 'v', code: 'VENDOR_BAD_RESPONSE' });
  });

  test.each<[string, AccountDataSource]>([
    ['the missing part is past the retention', lacking('VENDOR_REJECTED', 'retention')],
    ['the result is stale', respondingWith({ outcome: 'STALE', error: vendorError('v', 'VENDOR_TIMEOUT') })],
    ['the vendor does not know the agent', failing(vendorError('v', 'NOT_FOUND'))],
    [
      'the account does not support the read',
      respondingWith({ outcome: 'UNSUPPORTED', servedFrom: null, fetchedAt: null }),
    ],
  ])('returns null where %s', async (_, sources) => {
    for (const id of Object.values(gone)) expect(await node(open(undefined, sources).context, id)).toBeNull();
  });

  test('finds the node in a partial result', async () => {
    for (const { id, one } of IDS) {
      expect(await node(open(undefined, lacking('VENDOR_BAD_RESPONSE', 'crc')).context, id)).toBe(one);
    }
  });
});

describe('node records the account’s health', () => {
  const id = sessionId(session('v', 's1', NOW, NOW));

  test('records a success when the node is found', async () => {
    const { context, health } = open();
    await node(context, id);
    expect(health()).toMatchObject({ state: 'OK', lastSuccessAt: NOW });
  });

  test('records a failure when the vendor fails', async () => {
    const { context, health } = open(undefined, { sessions: () => Promise.reject(vendorError('v', 'VENDOR_TIMEOUT')) });
    await rejectionOf(node(context, id));
    expect(health()).toMatchObject({ state: 'DOWN', lastError: 'v says VENDOR_TIMEOUT' });
  });

  test('records nothing without a vendor call', async () => {
    const { context, health } = open();
    await node(context, agentId('jane'));
    await node(context, sessionId({ ...session('v', 's1', NOW, NOW), ref: 'unknown' }));
    expect(health()).toMatchObject({ state: 'UNKNOWN' });
  });
});

test('node returns null for an account that does not support the read', async () => {
  const { context } = open(undefined, { sessions: undefined as never });
  expect(await node(context, sessionId(session('v', 's1', NOW, NOW)))).toBeNull();
});

test('node returns null or another node for an id with any character changed', async () => {
  // The day in a session's id only selects the range to read: the session is still found after an earlier event appears.
  for (const { id, one } of IDS.filter(({ type }) => type !== 'Session')) {
    for (let at = 0; at < id.length; at += 1) {
      const other = `${id.slice(0, at)}${id[at] === 'A' ? 'B' : 'A'}${id.slice(at + 1)}`;
      expect(await node(open().context, other)).not.toBe(one);
      expect(await node(open().context, id.slice(0, at))).toBeNull();
    }
  }
});

describe('node with an id that does not resolve', () => {
  const forged = (parts: readonly string[]) => Buffer.from(parts.join('\n')).toString('base64url');
  const good = statusPeriodId(period('v', NOW));

  test.each<[string, string]>([
    ['an empty text', ''],
    ['a word', 'node'],
    ['padding', `${good}=`],
    [
      'the other alphabet of base64',
      forged(['S', 'v', 'jane', '???>>>', 'a']).replaceAll('-', '+').replaceAll('_', '/'),
    ],
    ['a line break in it', `${good.slice(0, 4)}\n${good.slice(4)}`],
    ['an unknown agent', statusPeriodId({ ...period('v', NOW), ref: 'unknown' })],
    ['an unknown account', statusPeriodId({ ...period('v', NOW), account: 'none' })],
    ['an unknown type', forged(['X', 'v', 'jane', 'a', 'a'])],
    ['a part too few', forged(['P', 'v', 'jane', 'a'])],
    ['a part too many', forged(['P', 'v', 'jane', 'a', 'a', 'a'])],
    ['an instant that is not a number', forged(['P', 'v', 'jane', 'now!', 'a'])],
    ['an invalid fingerprint', forged(['P', 'v', 'jane', 'a', 'A!'])],
    ['a fingerprint of more than 32 bits', forged(['P', 'v', 'jane', 'a', (2 ** 32).toString(36)])],
    ['a negative instant', forged(['P', 'v', 'jane', (-1).toString(36), 'a'])],
    ['an instant outside the calendar', forged(['P', 'v', 'jane', (8.64e15).toString(36), 'a'])],
    ['a session on a day outside the calendar', forged(['S', 'v', 'jane', 's1', (1e12).toString(36)])],
    [
      'a session of the first day without four digits',
      forged(['S', 'v', 'jane', 's1', Math.ceil(Date.UTC(10_000, 0) / DAY).toString(36)]),
    ],
    ['an empty reference', forged(['P', 'v', '', 'a', 'a'])],
    ['an empty account', forged(['P', '', 'jane', 'a', 'a'])],
  ])('returns null, without a vendor call, for %s', async (_name, id) => {
    const { context, calls } = open();
    expect(await node(context, id)).toBeNull();
    expect(calls).toEqual([]);
  });

  test('returns null, without a vendor call, for any text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc
            .array(fc.oneof(fc.constantFrom('P', 'S', 'I', 'R', 'A', 'E', 'v', 'jan', ''), fc.string()), {
              maxLength: 6,
            })
            .map(forged),
        ),
        async (id) => {
          const { context, calls } = open();
          expect(await node(context, id)).toBeNull();
          expect(calls).toEqual([]);
        },
      ),
    );
  });

  test('returns null, without a vendor call, for nodes of an account that the caller may not use', async () => {
    let discoveries = 0;
    const discover = () => {
      discoveries += 1;
      return Promise.resolve(freshResult('w', []));
    };
    const { context, calls } = open((account) => account === 'w', { discover });
    for (const { id } of [...IDS, { id: agentIdByAccount('v', 'jane') }]) expect(await node(context, id)).toBeNull();
    // No discovery runs, not even in accounts that the caller may use.
    expect([calls, discoveries]).toEqual([[], 0]);
  });
});

test('assertNodeIds accepts 100 ids and rejects more', () => {
  const ids = Array.from({ length: 101 }, () => 'x');
  expect(assertNodeIds(ids.slice(1))).toHaveLength(100);
  expect(thrownBy(() => assertNodeIds(ids))).toBeInstanceOf(InvalidInputError);
});
