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

/** A vendor whose clock is ahead: it rejects signatures more than five minutes off, with a Date header. */
function vendorAhead(
  ms: () => number,
  date: (at: number) => Record<string, string>,
  answer: RequestHandler = () => emptyList,
) {
  const seen: number[] = [];
  return {
    /** The difference between the signed and the gateway's time of each attempt, in minutes. */
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

describe('clock skew', () => {
  test('corrects the clock skew from a 401 response, for the retry and for later requests', async () => {
    const vendor = vendorAhead(() => 10 * MINUTE, dateHeader);
    const connection = connectLivePerson(vendor.answer, { ttl: { statusPast: 0, statusLive: 0 } });
    expect(await outcome(vendor, connection)).toBe('OK');
    expect(await outcome(vendor, connection)).toBe('OK');
    expect(vendor.seen).toEqual([0, 10, 10]);
  });

  test('retries all concurrent requests that were rejected for clock skew', async () => {
    const vendor = vendorAhead(() => 10 * MINUTE, dateHeader);
    await connectLivePerson(vendor.answer)
      .open()
      .sessions('9', { from: NOW - 10 * DAY, to: NOW });
    expect(vendor.seen).toEqual([0, 0, 10, 10]);
  });

  test('corrects the clock skew from a rejected file when the list is cached', async () => {
    const vendor = createScriptedVendor(THREE_FILES);
    const files = vendorAhead(() => 10 * MINUTE, dateHeader, vendor);
    const { open } = connectLivePerson((request) => (isFile(request) ? files.answer(request) : vendor(request)));
    const { data, sources } = await open().sessions('9', MAY_10);
    expect([data.length, sources[0]?.outcome]).toEqual([1, 'OK']);
    expect(files.seen).toEqual([0, 0, 0, 10, 10, 10]);
  });

  test.each([
    ['has no Date header', () => ({}), [0]],
    ['rejects the corrected time', (at: number) => dateHeader(at + 60 * MINUTE), [0, 70]],
  ])(
    'stops requesting a file when the vendor %s',
    async (_what, date: (at: number) => Record<string, string>, seen) => {
      const vendor = createScriptedVendor(THREE_FILES.slice(0, 1));
      const files = vendorAhead(() => 10 * MINUTE, date, vendor);
      const { open } = connectLivePerson((request) => (isFile(request) ? files.answer(request) : vendor(request)));
      await expect(open().sessions('9', MAY_10)).rejects.toMatchObject({ code: 'VENDOR_AUTH_FAILED' });
      expect(files.seen).toEqual(seen);
    },
  );

  test('corrects the clock skew again after a clock was set', async () => {
    let ahead = -10 * MINUTE;
    const vendor = vendorAhead(() => ahead, dateHeader);
    const connection = connectLivePerson(vendor.answer, { ttl: { statusPast: 0, statusLive: 0 } });
    await outcome(vendor, connection);
    ahead = 0;
    expect(await outcome(vendor, connection)).toBe('OK');
    expect(vendor.seen).toEqual([0, -10, -10, 0]);
  });

  test.each([
    ['has no Date header', () => ({})],
    ['has an invalid Date header', () => ({ date: 'noon' })],
    ['has the same time', () => dateHeader(NOW + MINUTE)],
  ])('does not retry a 401 response when the vendor %s', async (_what, date: () => Record<string, string>) => {
    const vendor = vendorAhead(() => 10 * MINUTE, date);
    expect(await outcome(vendor)).toBe('VENDOR_AUTH_FAILED');
    expect(vendor.seen).toEqual([0]);
  });

  test.each([
    ['succeeds', emptyList],
    ['returns 403', { status: 403 }],
    ['returns 503', { status: 503 }],
  ])('ignores the Date header of a vendor that %s', async (_what, { headers, ...reply }: SandboxResponse) => {
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
  });

  test('retries only once for clock skew', async () => {
    const vendor = vendorAhead(
      () => 10 * MINUTE,
      () => dateHeader(NOW + 60 * MINUTE),
    );
    expect(await outcome(vendor)).toBe('VENDOR_AUTH_FAILED');
    expect(vendor.seen).toEqual([0, 60]);
  });
});
