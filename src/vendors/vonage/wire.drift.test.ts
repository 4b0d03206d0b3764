import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type DriftedDocument, driftedDocument } from '../../../test/support/schema-drift.ts';
import { connectVendor, jsonReply } from '../../../test/support/vendor-harness.ts';
import { createFakeVonage, VONAGE_ENTRY } from '../../../test/support/vonage/account.ts';
import type { Interaction } from '../../domain/interaction.ts';
import { isInstant } from '../../domain/time.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import { vonage } from './index.ts';

function at(hour: number) {
  return `2017-03-30T0${hour}:40:15Z`;
}
function guid(hour: number) {
  return `015b212c-1487-46ba-bbb7-00000000000${hour}`;
}
function v1(hour: number) {
  return { guid: guid(hour), start: at(hour), hasEnded: true };
}
function v2(hour: number, duration: number | null) {
  return {
    guid: guid(hour),
    start: at(hour),
    duration,
    type: 'Phone',
    direction: 'Inbound',
    channelGuid: `c-${hour}`,
  };
}
const SAMPLE = { interactions: [v1(1), v2(2, 972), v2(3, null), v1(4), v2(5, 0), v2(6, 1.5)] };

async function read(document: unknown) {
  const vendor = createFakeVonage(undefined, () => jsonReply(document));
  const dataSource = connectVendor(vonage, { ...VONAGE_ENTRY, apiVersion: 2 }, vendor.respond).createDataSource();
  const pending = dataSource.latestInteractions?.('01', { size: 100, type: null, activeLiveFirst: null });
  return Promise.resolve(pending).catch((error: unknown) => error as VendorError);
}

async function readInteractions(document: unknown) {
  const result = await read(document);
  if (!result || result instanceof VendorError) throw result ?? new Error('not asked');
  return result;
}

const DERIVED: Readonly<Record<string, readonly (keyof Interaction)[]>> = {
  hasEnded: ['isActive'],
  duration: ['durationSeconds', 'end', 'isActive'],
  type: ['type', 'vendorType'],
};

/** The values that were not sent, or that GraphQL cannot return. */
function inventions(
  drifted: Interaction,
  original: Interaction | undefined,
  { path, document }: DriftedDocument,
): readonly string[] {
  const [, index, field = ''] = path;
  const changed = DERIVED[field] ?? [field];
  const sent = (document as typeof SAMPLE).interactions[Number(index)] as Record<string, unknown> | undefined;
  return Object.entries(drifted).flatMap(([name, value]: [string, unknown]) => {
    if (value === null || value === original?.[name as keyof Interaction]) return [];
    if (!(changed as readonly string[]).includes(name) || sent?.[field] === undefined) return [name];
    if (name === 'isActive') return value === (sent[field] === (field === 'duration' ? null : false)) ? [] : [name];
    if (name === 'end') return isInstant(value as number) ? [] : [name];
    if (name === 'durationSeconds') return Number.isInteger(value) && (value as number) < 2 ** 31 ? [] : [name];
    if (name === 'type') return value === 'OTHER' ? [] : [name];
    const word = sent[field];
    return value === (typeof word === 'number' ? `${word}` : word) ? [] : [name];
  });
}

describe('a response with one undocumented value', () => {
  test('rejects the drifted response, or maps it without invented data and reports missing data', async () => {
    const complete = await readInteractions(SAMPLE);
    await fc.assert(
      fc.asyncProperty(driftedDocument(SAMPLE), async (drifted) => {
        const result = await read(drifted.document);
        if (result instanceof VendorError) {
          expect(result).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'contract' });
          // Only an invalid list invalidates the response.
          expect(drifted.path.length).toBeLessThan(2);
          return;
        }
        const { data = [], sources = [] } = result ?? {};
        const invented = data.flatMap((interaction) => {
          const original = complete.data.find(({ start }) => start === interaction.start);
          return inventions(interaction, original, drifted);
        });
        expect(invented).toEqual([]);
        if (drifted.path.length < 2) {
          expect(['{}', '{"interactions":null}', '{"interactions":[]}']).toContain(JSON.stringify(drifted.document));
          expect(data).toEqual([]);
          return;
        }
        // A removed interaction is not reported; an unreadable one is.
        const sent = (drifted.document as typeof SAMPLE).interactions.length;
        expect(sent - data.length).toBe(sources[0]?.outcome === 'OK' ? 0 : 1);
        if (drifted.path.length > 2 && !['guid', 'start'].includes(String(drifted.path[2])))
          expect(data).toHaveLength(sent);
        expect(sources[0]?.error?.code ?? null).toBe(sent === data.length ? null : 'VENDOR_BAD_RESPONSE');
        const remaining = complete.data.filter((_, index) => index !== drifted.path[1]);
        expect(data).toEqual(expect.arrayContaining([...remaining]));
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['a list under another name', { items: SAMPLE.interactions }],
    ['the whole in something else', { data: SAMPLE }],
    ['a list of lists', { interactions: [[v1(1)], [v1(2)]] }],
    ['more than a fifth unreadable', { interactions: [1, 2, 3, 4, 5, 6, 7].map((n) => (n < 6 ? v1(n) : { n })) }],
  ])('rejects a response: %s', async (_, document) => {
    expect(await read(document)).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'contract' });
  });

  test('leaves out and reports one of two interactions that cannot be read', async () => {
    const harness = connectVendor(
      vonage,
      VONAGE_ENTRY,
      createFakeVonage(undefined, () => jsonReply({ interactions: [{ ...v1(1), start: 'soon' }, v1(2)] })).respond,
    );
    const result = await harness
      .createDataSource()
      .latestInteractions?.('01', { size: 1, type: null, activeLiveFirst: null });
    expect(result).toMatchObject({
      data: [{ guid: guid(2) }],
      sources: [
        {
          outcome: 'PARTIAL',
          fetchedAt: harness.clock.now(),
          error: { code: 'VENDOR_BAD_RESPONSE', reason: 'contract' },
        },
      ],
    });
    expect(result?.data).toHaveLength(1);
  });

  test.each([
    [{ hasEnded: 'true' }, { isActive: null }],
    [{ channelGuid: 7 }, { channelGuid: '7' }],
    [{ channelGuid: {} }, { channelGuid: null }],
    [{ guid: 7 }, { guid: '7' }],
    [{ type: 7 }, { type: null, vendorType: null }],
    [{ direction: ['Inbound'] }, { direction: null }],
    [{ duration: '90' }, { durationSeconds: 90, end: Date.parse('2017-03-30T01:41:45Z'), isActive: false }],
    // An invalid duration does not mean that the agent is still connected.
    [{ duration: 'n/a' }, { durationSeconds: null, end: null, isActive: null }],
    [{ duration: '90 s' }, { durationSeconds: null, end: null, isActive: null }],
    [{ duration: 'for 90' }, { durationSeconds: null, end: null, isActive: null }],
    [{ duration: '90.123' }, { durationSeconds: 90, end: Date.parse('2017-03-30T01:41:45.123Z'), isActive: false }],
    // Beyond GraphQL's Int and the range of dates.
    [{ duration: 3e9 }, { durationSeconds: null, end: Date.parse('2112-04-23T07:00:15Z'), isActive: false }],
    [{ duration: 1e15 }, { durationSeconds: null, end: null, isActive: false }],
    [{ duration: 1e300 }, { durationSeconds: null, end: null, isActive: false }],
  ])('reads %j as %j', async (field, expected) => {
    const { data, sources } = await readInteractions({ interactions: [{ guid: guid(1), start: at(1), ...field }] });
    expect(data).toMatchObject([expected]);
    expect(sources).toMatchObject([{ outcome: 'OK' }]);
  });
});
