import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { interaction, period, session } from '../../test/support/gather-harness.ts';
import {
  agentId,
  agentIdByAccount,
  agentIdByEmail,
  decodeGlobalId,
  fingerprintOf,
  interactionId,
  sessionId,
  statusPeriodId,
} from './global-id.ts';
import { hashOfReference } from './reference-hash.ts';
import { DAY } from './time.ts';

// Any reference: everything except control characters and lone surrogates.
const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((candidate) => !/\p{Cc}/u.test(candidate));
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');
const END_OF_SHORT_IDS = 2 ** 46;
const instant = fc.integer({ min: 0, max: LAST_INSTANT });

/** Encodes the parts of an id; numbers in base 36. */
function encodeParts(parts: readonly (string | number)[]): string {
  const lines = parts.map((part) => (typeof part === 'number' ? part.toString(36) : part));
  return Buffer.from(lines.join('\n')).toString('base64url');
}

test('decodes every id to what it was made from', () => {
  fc.assert(
    fc.property(text, text, text, instant, fc.option(text), (account, ref, name, at, label) => {
      expect(decodeGlobalId(agentId(name))).toEqual({ type: 'Agent', key: name });
      expect(decodeGlobalId(agentIdByEmail(name))).toEqual({ type: 'AgentByEmail', email: name.toLowerCase() });
      expect(decodeGlobalId(agentIdByAccount(account, ref))).toEqual({ type: 'AgentByAccount', account, ref });
      const statusPeriod = { ...period(account, at, { vendorStatus: name, label, sessionId: label }), ref };
      expect(decodeGlobalId(statusPeriodId(statusPeriod))).toEqual(
        at < END_OF_SHORT_IDS
          ? { type: 'StatusPeriodByHash', referenceHash: hashOfReference({ account, ref }), start: at }
          : { type: 'StatusPeriod', account, ref, start: at, fingerprint: fingerprintOf(statusPeriod) },
      );
      expect(decodeGlobalId(sessionId({ ...session(account, name, at, at + 1), ref }))).toEqual({
        type: 'Session',
        account,
        ref,
        vendorSessionId: name,
        day: Math.floor(at / DAY),
      });
      expect(decodeGlobalId(interactionId({ ...interaction(account, name, at), ref }))).toEqual({
        type: 'Interaction',
        account,
        ref,
        guid: name,
        start: at,
      });
    }),
    { numRuns: 300 },
  );
});

test('gives different nodes different ids', () => {
  // So similar that ids which omitted a part or joined two would collide.
  const shortText = fc.constantFrom('a', 'b', 'aa', 'ab', 'ba');
  const parts = fc.record({ account: shortText, ref: shortText, name: shortText, at: fc.constantFrom(0, 1, DAY) });
  const idsOf = ({ account, ref, name, at }: { account: string; ref: string; name: string; at: number }) => [
    agentId(name),
    agentIdByAccount(account, ref),
    sessionId({ ...session(account, name, at, at), ref }),
    interactionId({ ...interaction(account, name, at), ref }),
    statusPeriodId({ ...period(account, at), ref }),
  ];
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      expect(new Set(idsOf(a)).size).toBe(5);
      if (a.account !== b.account || a.ref !== b.ref) {
        expect(
          idsOf(a)
            .slice(1)
            .some((id) => idsOf(b).includes(id)),
        ).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
});

// Callers store ids: a release that encodes or decodes them differently breaks callers.
test('keeps the encoding of ids', () => {
  const at = Date.parse('2026-11-20T09:30:00Z');
  expect([
    agentId('jane'),
    agentIdByEmail('jane@example.com'),
    agentIdByAccount('kore-main', 'jane@example.com'),
    sessionId(session('lp', 's-1', at, at)),
    interactionId(interaction('vcc', 'g-1', at)),
    statusPeriodId(period('kore-main', at, { vendorStatus: 'BUSY', label: 'Lunch ☕', sessionId: 's-1' })),
    statusPeriodId(period('kore-main', at, { vendorStatus: 'BUSY', label: null, sessionId: null })),
  ]).toMatchInlineSnapshot(`
    [
      "QQpqYW5l",
      "RQpqYW5lQGV4YW1wbGUuY29t",
      "Ugprb3JlLW1haW4KamFuZUBleGFtcGxlLmNvbQ",
      "UwpscApqYW5lCnMtMQpnMTU",
      "SQp2Y2MKamFuZQpnLTEKbXdvczJ5ODA",
      "AaH4SpXAujIUW_Jxv9fD",
      "AaH4SpXAujIUW_JxlpDj",
    ]
  `);
  expect(
    ['UAprb3JlLW1haW4KamFuZQptd29zMnk4MAo2bDg0d2s', 'UAprb3JlLW1haW4KamFuZQptd29zMnk4MAoxeXd6eThz'].map(decodeGlobalId),
  ).toEqual(
    [398_448_596, 4_288_057_372].map((fingerprint) => ({
      type: 'StatusPeriod',
      account: 'kore-main',
      ref: 'jane',
      start: at,
      fingerprint: fingerprint.toString(36),
    })),
  );
});

test('ignores the case of the e-mail address in an id', () => {
  expect(agentIdByEmail('Jane@X.de')).toBe(agentIdByEmail('jane@x.DE'));
});

const LETTERS = {
  Agent: 'A',
  AgentByEmail: 'E',
  AgentByAccount: 'R',
  StatusPeriod: 'P',
  Session: 'S',
  Interaction: 'I',
};

test('decodes only ids in their exact encoding', () => {
  // Texts that resemble ids: random ones would rarely pass the first letter.
  const line = fc.oneof(fc.constantFrom('', '0', '01', '1', 'a', '-1'), fc.string());
  const near = fc
    .tuple(fc.constantFrom('A', 'E', 'R', 'S', 'I', 'P', 'X', ''), fc.array(line, { maxLength: 5 }))
    .chain(([kind, lines]) => fc.constantFrom('', '=', ' ', '!').map((end) => encodeParts([kind, ...lines]) + end));
  fc.assert(
    fc.property(fc.oneof(near, fc.string(), fc.base64String()), (id) => {
      const decodedId = decodeGlobalId(id);
      if (decodedId === null) return;
      const { type, ...parts } = decodedId;
      if (type === 'StatusPeriodByHash') {
        expect(id).toHaveLength(20);
        return;
      }
      expect(encodeParts([LETTERS[type], ...Object.values(parts)])).toBe(id);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['A'],
  ['A', ''],
  ['R', '', '01'],
  ['R', 'vcc', ''],
  ['R', 'vcc'],
  ['X', 'vcc', '01'],
  ['I', 'vcc', '', 'g', '1'],
  ['A', 'jane', 'more'],
  ['E', 'jane@x.de', 'more'],
  ['R', 'vcc', '01', 'more'],
  ['I', 'vcc', '01', 'g'],
  ['I', 'vcc', '01', 'g', '1', 'more'],
  ['X', 'vcc', '01', 'g', '1'],
  ['E', 'Jane@x.de'],
  ['I', 'vcc', '01', '', '1'],
  ['S', 'vcc', '01', '', '1'],
  ['I', 'vcc', '01', 'g', ''],
  ['I', 'vcc', '01', 'g', '01'],
  ['I', 'vcc', '01', 'g', '1.5'],
  ['I', 'vcc', '01', 'g', 'A'],
  ['I', 'vcc', '01', 'g', '-1'],
  ['I', 'vcc', '01', 'g', LAST_INSTANT + 1],
  ['P', 'vcc', '01', LAST_INSTANT + 1, '1'],
  ['P', 'vcc', '01', '1', 2 ** 32],
  ['P', 'vcc', '01', '1', '-1'],
  ['S', 'vcc', '01', 's', Math.ceil(LAST_INSTANT / DAY)],
])('rejects an id of the parts %j', (...parts) => {
  expect(decodeGlobalId(encodeParts(parts))).toBeNull();
});

test.each([
  ['I', 'vcc', '01', 'g', 0],
  ['I', 'vcc', '01', 'g', LAST_INSTANT],
  ['P', 'vcc', '01', LAST_INSTANT, 2 ** 32 - 1],
  ['S', 'vcc', '01', 's', Math.floor(LAST_INSTANT / DAY)],
])('accepts an id of the parts %j', (...parts) => {
  expect(decodeGlobalId(encodeParts(parts))).not.toBeNull();
});

test('accepts only the canonical base64url text of an id', () => {
  const id = agentIdByAccount('kore-main', 'jane?~');
  expect(decodeGlobalId(id)).not.toBeNull();
  for (const other of [
    `${id}=`,
    `${id}==`,
    ` ${id}`,
    `${id}\n`,
    `${id}!`,
    id.replaceAll('_', '/').replaceAll('-', '+'),
  ]) {
    if (other !== id) expect(decodeGlobalId(other)).toBeNull();
  }
  // Where the bytes do not fill the last letter, several letters decode to the same bytes.
  const short = agentId('jo');
  const sameBytes = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    .split('')
    .map((letter) => short.slice(0, -1) + letter)
    .filter((other) => Buffer.from(other, 'base64url').equals(Buffer.from(short, 'base64url')));
  expect(sameBytes.length).toBeGreaterThan(1);
  expect(sameBytes.filter((other) => decodeGlobalId(other) !== null)).toEqual([short]);
});

describe('status periods with the same start', () => {
  test.each([
    ['status', { vendorStatus: 'AWAY' }],
    ['label', { label: 'Lunch' }],
    ['session', { sessionId: 's2' }],
  ])('gives status periods different ids if they differ in their %s', (_name, fields) => {
    expect(statusPeriodId(period('v', 5, fields))).not.toBe(statusPeriodId(period('v', 5)));
  });

  test('keeps the id of a status period when an end is added', () => {
    expect(statusPeriodId(period('v', 5, { end: null, isOngoing: true }))).toBe(statusPeriodId(period('v', 5)));
  });
});

test.each([-1, -3_786_912_000_000, 0.5, END_OF_SHORT_IDS])(
  'encodes a period that starts at %d with the names of account and agent',
  (start) => {
    const unusual = period('v', start);
    expect(statusPeriodId(unusual)).toBe(
      encodeParts(['P', unusual.account, unusual.ref, start, fingerprintOf(unusual)]),
    );
  },
);
