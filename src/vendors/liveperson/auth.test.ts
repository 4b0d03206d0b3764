import { describe, expect, test } from '@jest/globals';
import { type RequestHandler, jsonReply, type SentRequest } from '../../../test/support/vendor-harness.ts';
import { DAY } from '../../domain/time.ts';
import type { SandboxResponse } from '../sandbox.ts';
import {
  connectLivePerson,
  MAY_10,
  NOW,
  THREE_FILES,
  createScriptedVendor,
} from '../../../test/support/scripted-liveperson.ts';

const MINUTE = 60_000;

/** A vendor whose clock is ahead of ours: it refuses what is signed more than five minutes off, and says what time it is. */
function vendorAhead(
  ms: () => number,
  date: (at: number) => Record<string, string>,
  answer: RequestHandler = () => emptyList,
) {
  const seen: number[] = [];
  return {
    /** How far from our time each attempt was signed, in minutes. */
    seen,
    answer: (request: SentRequest) => {
      const signed = Number(/oauth_timestamp="(\d+)"/.exec(request.headers.authorization ?? '')?.[1]) * 1000;
      seen.push((signed - NOW) / MINUTE);
      return Math.abs(signed - NOW - ms()) > 5 * MINUTE
        ? { status: 401, headers: date(NOW + ms()), body: 'oauth_problem=timestamp_refused' }
        : answer(request);
    },
  };
}

const isFile = ({ url }: SentRequest) => url.pathname.endsWith('.gz');
const emptyList = jsonReply({ dataAccessFiles: { file: [] } });

const dateHeader = (at: number) => ({ date: new Date(at).toUTCString() });

async function outcome(vendor: ReturnType<typeof vendorAhead>, { open } = connectLivePerson(vendor.answer)) {
  try {
    await open().sessions('9', MAY_10);
    return 'OK';
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

describe('a vendor whose clock differs from ours', () => {
  test('tells its time in its refusal: that is signed with, then and later', async () => {
    const vendor = vendorAhead(() => 10 * MINUTE, dateHeader);
    const connection = connectLivePerson(vendor.answer, { ttl: { statusPast: 0, statusLive: 0 } });
    expect(await outcome(vendor, connection)).toBe('OK');
    expect(await outcome(vendor, connection)).toBe('OK');
    expect(vendor.seen).toEqual([0, 10, 10]);
  });

  test('tells it to all who were refused at a time', async () => {
    const vendor = vendorAhead(() => 10 * MINUTE, dateHeader);
    await connectLivePerson(vendor.answer)
      .open()
      .sessions('9', { from: NOW - 10 * DAY, to: NOW });
    expect(vendor.seen).toEqual([0, 0, 10, 10]);
  });

  test('tells it in the refusal of a file, too, when the list came from the cache', async () => {
    const vendor = createScriptedVendor(THREE_FILES);
    const files = vendorAhead(() => 10 * MINUTE, dateHeader, vendor);
    const { open } = connectLivePerson((request) => (isFile(request) ? files.answer(request) : vendor(request)));
    const { data, sources } = await open().sessions('9', MAY_10);
    expect([data.length, sources[0]?.outcome]).toEqual([1, 'OK']);
    expect(files.seen).toEqual([0, 0, 0, 10, 10, 10]);
  });

  test.each([
    ['says nothing of its time', () => ({}), [0]],
    ['refuses that time, too', (at: number) => dateHeader(at + 60 * MINUTE), [0, 70]],
  ])('is not asked for a file for ever if it %s', async (_what, date: (at: number) => Record<string, string>, seen) => {
    const vendor = createScriptedVendor(THREE_FILES.slice(0, 1));
    const files = vendorAhead(() => 10 * MINUTE, date, vendor);
    const { open } = connectLivePerson((request) => (isFile(request) ? files.answer(request) : vendor(request)));
    await expect(open().sessions('9', MAY_10)).rejects.toMatchObject({ code: 'VENDOR_AUTH_FAILED' });
    expect(files.seen).toEqual(seen);
  });

  test('is believed anew when the clocks have been set', async () => {
    let ahead = -10 * MINUTE;
    const vendor = vendorAhead(() => ahead, dateHeader);
    const connection = connectLivePerson(vendor.answer, { ttl: { statusPast: 0, statusLive: 0 } });
    await outcome(vendor, connection);
    ahead = 0;
    expect(await outcome(vendor, connection)).toBe('OK');
    expect(vendor.seen).toEqual([0, -10, -10, 0]);
  });

  test.each([
    ['says nothing of its time', () => ({})],
    ['says something that is no time', () => ({ date: 'noon' })],
    ['has the same time', () => dateHeader(NOW + MINUTE)],
  ])('is not asked again if it %s', async (_what, date: () => Record<string, string>) => {
    const vendor = vendorAhead(() => 10 * MINUTE, date);
    expect(await outcome(vendor)).toBe('VENDOR_AUTH_FAILED');
    expect(vendor.seen).toEqual([0]);
  });

  test.each([
    ['answers', emptyList],
    ['forbids', { status: 403 }],
    ['fails', { status: 503 }],
  ])(
    'is not asked again, nor believed, where it %s for another reason',
    async (_what, { headers, ...reply }: SandboxResponse) => {
      const datedReply = { ...reply, headers: { ...headers, ...dateHeader(NOW + 10 * MINUTE) } };
      const vendor = vendorAhead(
        () => 0,
        dateHeader,
        () => datedReply,
      );
      const connection = connectLivePerson(vendor.answer, { ttl: { statusPast: 0, statusLive: 0 } });
      await outcome(vendor, connection);
      await outcome(vendor, connection);
      expect(vendor.seen).toEqual([0, 0]);
    },
  );

  test('is asked once more, not for ever', async () => {
    const vendor = vendorAhead(
      () => 10 * MINUTE,
      () => dateHeader(NOW + 60 * MINUTE),
    );
    expect(await outcome(vendor)).toBe('VENDOR_AUTH_FAILED');
    expect(vendor.seen).toEqual([0, 60]);
  });
});
