import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createActivityDocument, type Envelope } from '../../../../test/support/liveperson-documents.ts';
import { encodedEventsOf, readChunked, toJsonLines } from '../../../../test/support/liveperson-read-file.ts';
import { type DriftedDocument, driftedDocument } from '../../../../test/support/schema-drift.ts';
import { VendorError } from '../../../domain/vendor-error.ts';
import type { FileContent } from './content.ts';

// A document with any part of it removed, renamed or of another type: each event is read, or the file's flaws say that some are not.

function sampleIn(envelope: Envelope) {
  const events = [
    { agent: 9, at: 1000 },
    { agent: 9, at: 2000, type: 1, state: 2 },
  ];
  return createActivityDocument([{ events }, { session: '75555851-2', events: [{ agent: 10, at: 3000 }] }], {
    envelope,
  });
}
const SENT_EVENTS = 3;

function countEvents(content: FileContent): number {
  return Object.keys(content.agents).flatMap((agent) => encodedEventsOf(content, agent)).length;
}

/** How many events the vendor sends less, without any fault: a record or an event less, or an empty list. */
function eventsLess({ path, change, document }: DriftedDocument): number {
  const value = path.reduce(
    (inner: unknown, key) => (inner as Record<string | number, unknown> | null)?.[key],
    document,
  );
  const isEmptyList = change === 'retyped' && Array.isArray(value) && value.length === 0;
  const key = path.at(-1);
  const isRecordList = key === 'recordCollection' || (key === 'array' && path.length === 2);
  if (isEmptyList && isRecordList) return SENT_EVENTS;
  const isEventList = key === 'agentSessionsData' || (key === 'array' && path.includes('agentSessionsData'));
  const isNothing = isEmptyList || (change === 'retyped' && value === null);
  const [nth = 0, inner] = path.filter((step) => typeof step === 'number');
  const eventsOfRecord = nth === 0 ? 2 : 1;
  if (isEventList && !path.includes('userProfileIDs') && isNothing) return eventsOfRecord;
  if (typeof key !== 'number' || change !== 'deleted' || path.includes('userProfileIDs')) return 0;
  return inner === undefined ? eventsOfRecord : 1;
}

test.each(['documented', 'found'] as const)(
  'reads each event of a document, or counts it: %s envelope',
  async (envelope) => {
    const whole = sampleIn(envelope);
    expect(countEvents(await readChunked(toJsonLines(whole)))).toBe(SENT_EVENTS);
    await fc.assert(
      fc.asyncProperty(driftedDocument(whole), async (drifted) => {
        // The good document before and after: a file with nothing but damage is rejected.
        const file = toJsonLines(whole, drifted.document, whole);
        const content = await readChunked(file).catch((error: unknown) => error as VendorError);
        if (content instanceof VendorError) return;
        const { damage, foreign, malformed } = content.flaws;
        const lost = 3 * SENT_EVENTS - eventsLess(drifted) - countEvents(content);
        if (lost !== 0) expect([lost, damage !== null || foreign + malformed > 0]).toEqual([lost, true]);
      }),
      { numRuns: 1000 },
    );
  },
);
