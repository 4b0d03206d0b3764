import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { InteractionQuery } from '../../domain/interaction.ts';
import { filterByQuery, OTHER_TYPE_FETCH_SIZE, requiresVersion2, toInteractions, toParameters } from './map.ts';
import { interactionsResponseSchema, parseInstant, tokenResponseSchema } from './wire.ts';

function sample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8'));
}
function read(reply: unknown) {
  return toInteractions(interactionsResponseSchema.parse(reply), 'vcc', '01');
}
function toInteraction(sent: Readonly<Record<string, unknown>>) {
  return read({ interactions: [{ guid: 'g', start: '2017-03-30T22:40:15Z', ...sent }] })[0];
}
const plain: InteractionQuery = { size: 1, type: null, activeLiveFirst: null };

describe('Vonage’s samples', () => {
  const common = {
    account: 'vcc',
    ref: '01',
    guid: '015b212c-1487-46ba-bbb7-d78d6b1412a5',
    start: Date.parse('2017-03-30T22:40:15Z'),
  };
  const unsaid = { type: null, vendorType: null, direction: null, end: null, durationSeconds: null, channelGuid: null };

  test('map an ongoing interaction of version 1', () => {
    expect(read(sample('v1-active.json'))).toEqual([{ ...common, ...unsaid, isActive: true }]);
  });

  test('map an ended interaction of version 1, without its end', () => {
    expect(read(sample('v1-ended.json'))).toEqual([{ ...common, ...unsaid, isActive: false }]);
  });

  test('map an interaction of version 2', () => {
    expect(read(sample('v2.json'))).toEqual([
      {
        ...common,
        type: 'PHONE',
        vendorType: 'Phone',
        direction: 'INBOUND',
        end: Date.parse('2017-03-30T22:56:27Z'),
        durationSeconds: 972,
        isActive: false,
        channelGuid: '015b212c-1487-46ba-bbb7-d78d6b1412a5',
      },
    ]);
  });
});

describe('an interaction', () => {
  test.each([
    [{ hasEnded: false }, true],
    [{ hasEnded: true }, false],
    [{ duration: null }, true],
    [{ duration: 0 }, false],
    [{ hasEnded: null, duration: null }, true],
    [{ hasEnded: true, duration: null }, false],
    [{}, null],
  ])('maps an interaction with %j to isActive %j', (sent, active) => {
    expect(toInteraction(sent)?.isActive).toBe(active);
  });

  test('returns a duration in seconds, and an end of start + duration', () => {
    expect(toInteraction({ duration: 90 })).toMatchObject({
      durationSeconds: 90,
      end: Date.parse('2017-03-30T22:41:45Z'),
    });
    expect(toInteraction({ duration: 1.5 })).toMatchObject({
      durationSeconds: 2,
      end: Date.parse('2017-03-30T22:40:16.500Z'),
    });
    expect(toInteraction({ duration: -1 })).toMatchObject({
      durationSeconds: 0,
      end: Date.parse('2017-03-30T22:40:15Z'),
    });
    expect(toInteraction({ duration: null })).toMatchObject({ durationSeconds: null, end: null });
  });

  test.each([
    ['Phone', 'PHONE'],
    ['phone', 'PHONE'],
    ['Chat', 'CHAT'],
    ['Email', 'EMAIL'],
    ['Sms', 'OTHER'],
    ['Case', 'OTHER'],
    ['OTHER', 'OTHER'],
    [null, null],
    [undefined, null],
  ])('maps the type %j to %j, and keeps the vendor’s value', (sent, type) => {
    expect(toInteraction({ type: sent })).toMatchObject({ type, vendorType: sent ?? null });
  });

  test.each([
    ['Inbound', 'INBOUND'],
    ['OUTBOUND', 'OUTBOUND'],
    ['internal', 'INTERNAL'],
    ['Sideways', null],
    ['constructor', null],
    [null, null],
    [undefined, null],
  ])('maps the direction %j to %j', (sent, direction) => {
    expect(toInteraction({ direction: sent })?.direction).toBe(direction);
  });
});

describe('parseInstant', () => {
  test.each([
    ['2017-03-30T22:40:15Z', '2017-03-30T22:40:15.000Z'],
    ['2017-03-30T22:40:15.5Z', '2017-03-30T22:40:15.500Z'],
    ['2017-03-30T22:40:15.1234567Z', '2017-03-30T22:40:15.123Z'],
    ['2017-03-31T00:40:15+02:00', '2017-03-30T22:40:15.000Z'],
    ['2017-03-30T22:40:15', '2017-03-30T22:40:15.000Z'],
    ['2017-03-30T22:40:15.25', '2017-03-30T22:40:15.250Z'],
    ['2017-03-30T22:40Z', '2017-03-30T22:40:00.000Z'],
    ['2017-03-30T22:40', '2017-03-30T22:40:00.000Z'],
    ['2017-03-30t22:40:15z', '2017-03-30T22:40:15.000Z'],
    ['2017-03-30 22:40:15', '2017-03-30T22:40:15.000Z'],
    ['2017-03-30T22:40:15+0000', '2017-03-30T22:40:15.000Z'],
    ['2017-03-30T18:10:15.5-0430', '2017-03-30T22:40:15.500Z'],
  ])('parses %s as %s', (text, instant) => {
    expect(new Date(parseInstant(text)).toISOString()).toBe(instant);
  });

  test('reads times without a zone as UTC, whatever the time zone of the machine', () => {
    const wire = new URL('./wire.ts', import.meta.url).href;
    const script = `import { parseInstant } from '${wire}'; console.log(parseInstant('2017-03-30T22:40:15'));`;
    const env = { ...process.env, TZ: 'America/New_York' };
    const stdout = execFileSync(process.execPath, ['--input-type=module', '-e', script], { env });
    expect(Number(stdout)).toBe(Date.parse('2017-03-30T22:40:15Z'));
  });

  test.each([
    '',
    'yesterday',
    '5',
    '2017-03-30',
    '30/03/2017 22:40',
    '2017-13-30T22:40:15Z',
    '2017-02-30T22:40:15Z',
    '2017-03-30T25:00:00Z',
    '+012017-03-30T22:40:15Z',
    '2017-03-30T22:40:15Z\u0000',
    '9999-12-31T23:40:15-14:00',
  ])('returns NaN for %j', (text) => {
    expect(parseInstant(text)).toBeNaN();
    expect(interactionsResponseSchema.safeParse({ interactions: [{ guid: 'g', start: text }] }).success).toBe(false);
  });
});

describe('a response', () => {
  test.each([[{ interactions: [] }], [{ interactions: null }], [{}]])(
    'reads no interactions from the response %j',
    (reply) => {
      expect(read(reply)).toEqual([]);
    },
  );

  test('reads no interactions if the list is missing and the other values are primitive', () => {
    expect(read({ agentId: '01', total: 0, more: null })).toEqual([]);
  });

  test.each([
    { message: 'An error has occurred.' },
    { statusCode: 503, error: 'Service Unavailable', message: 'later' },
    { error: 'x', interactions: null },
    { status: 400, title: 'Query limit' },
  ])('rejects the response %j, which is an error with a good status', (reply) => {
    expect(interactionsResponseSchema.safeParse(reply).success).toBe(false);
  });

  test.each([[{ data: [] }], [{ total: 0, agent: { interactions: [] } }]])(
    'rejects the response %j, because the list may be under another name',
    (reply) => {
      expect(interactionsResponseSchema.safeParse(reply).success).toBe(false);
    },
  );

  test('keeps the server’s order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 10, max: 59 })), (seconds) => {
        const interactions = seconds.map((at, index) => ({ guid: `${index}`, start: `2017-03-30T22:40:${at}Z` }));
        expect(read({ interactions }).map(({ guid }) => guid)).toEqual(interactions.map(({ guid }) => guid));
      }),
    );
  });

  test('drops response fields that are not read', () => {
    const reply = interactionsResponseSchema.parse({
      interactions: [{ guid: 'g', start: '2017-03-30T22:40:15Z', from: '+44' }],
    });
    expect(reply).toEqual([{ guid: 'g', start: '2017-03-30T22:40:15Z' }]);
  });
});

describe('a query', () => {
  test.each([
    [plain, false],
    [{ ...plain, size: 50 }, false],
    [{ ...plain, type: 'PHONE' as const }, true],
    [{ ...plain, activeLiveFirst: true }, true],
    [{ ...plain, activeLiveFirst: false }, true],
  ])('%j requires version 2: %j', (query, beyond) => {
    expect(requiresVersion2(query)).toBe(beyond);
  });

  test.each([
    [plain, {}],
    [{ ...plain, size: 5 }, { size: 5 }],
    [{ ...plain, type: 'PHONE' as const }, { type: 'Phone' }],
    [{ ...plain, type: 'CHAT' as const }, { type: 'Chat' }],
    [
      { size: 2, type: 'EMAIL' as const, activeLiveFirst: false },
      { size: 2, type: 'Email', activeLiveFirst: false },
    ],
    [{ ...plain, activeLiveFirst: true }, { activeLiveFirst: true }],
    [
      { ...plain, type: 'OTHER' as const },
      { size: OTHER_TYPE_FETCH_SIZE, type: 'All' },
    ],
    [
      { ...plain, size: 80, type: 'OTHER' as const },
      { size: 80, type: 'All' },
    ],
  ])('%j becomes the parameters %j', (query, parameters) => {
    // Strict equality: a key without a value would be sent as the text "undefined".
    expect(toParameters(query)).toStrictEqual(parameters);
  });

  test('selects interactions of other types for OTHER, up to the size', () => {
    const types = ['Phone', 'Sms', 'Chat', 'Case', 'Video'];
    const all = read({ interactions: types.map((type) => ({ guid: type, start: '2017-03-30T22:40:15Z', type })) });
    const picked = (size: number) => filterByQuery(all, { ...plain, size, type: 'OTHER' }).map(({ guid }) => guid);
    expect(picked(1)).toEqual(['Sms']);
    expect(picked(10)).toEqual(['Sms', 'Case', 'Video']);
  });

  test.each([null, 'PHONE', 'CHAT', 'EMAIL'] as const)(
    'selects the server’s first interactions for the type %j, up to the size',
    (type) => {
      const types = ['Phone', 'Sms', 'Chat', 'Email'];
      const all = read({
        interactions: types.map((sent) => ({ guid: sent, start: '2017-03-30T22:40:15Z', type: sent })),
      });
      expect(filterByQuery(all, { ...plain, size: 9, type })).toEqual(all);
      expect(filterByQuery(all, { ...plain, size: 2, type })).toEqual(all.slice(0, 2));
    },
  );
});

test.each([
  [{ access_token: 'a b' }],
  [{ access_token: 'a\nb' }],
  [{ access_token: '' }],
  [{ token: 'x' }],
  [{ access_token: 7 }],
])('rejects %j as a token response', (reply) => {
  expect(tokenResponseSchema.safeParse(reply).success).toBe(false);
});
