import { describe, expect, test } from '@jest/globals';
import { json } from '../../../test/support/vendor-harness.ts';
import type { SandboxReply } from '../sandbox.ts';
import { connect, may10, now } from './scripted-vendor.fixture.ts';

const MINUTE = 60_000;

/** A vendor whose clock is ahead of ours: it refuses what is signed more than five minutes off, and says what time it is. */
function vendorAhead(ms: () => number, date: (at: number) => Record<string, string>) {
  const seen: number[] = [];
  return {
    /** How far from our time each attempt was signed, in minutes. */
    seen,
    answer: ({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): SandboxReply => {
      const signed = Number(/oauth_timestamp="(\d+)"/.exec(String(headers.authorization))?.[1]) * 1000;
      seen.push((signed - now) / MINUTE);
      return Math.abs(signed - now - ms()) > 5 * MINUTE
        ? { status: 401, headers: date(now + ms()), body: 'oauth_problem=timestamp_refused' }
        : json({ dataAccessFiles: { file: [] } });
    },
  };
}

const says = (at: number) => ({ date: new Date(at).toUTCString() });

async function outcome(vendor: ReturnType<typeof vendorAhead>, { open } = connect(vendor.answer)) {
  try {
    await open().sessions('9', may10);
    return 'OK';
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

describe('a vendor whose clock differs from ours', () => {
  test('tells its time in its refusal: that is signed with, then and later', async () => {
    const vendor = vendorAhead(() => 10 * MINUTE, says);
    const connection = connect(vendor.answer, { ttl: { statusPast: 0, statusLive: 0 } });
    expect(await outcome(vendor, connection)).toBe('OK');
    expect(await outcome(vendor, connection)).toBe('OK');
    expect(vendor.seen).toEqual([0, 10, 10]);
  });

  test('is believed anew when the clocks have been set', async () => {
    let ahead = -10 * MINUTE;
    const vendor = vendorAhead(() => ahead, says);
    const connection = connect(vendor.answer, { ttl: { statusPast: 0, statusLive: 0 } });
    await outcome(vendor, connection);
    ahead = 0;
    expect(await outcome(vendor, connection)).toBe('OK');
    expect(vendor.seen).toEqual([0, -10, -10, 0]);
  });

  test.each([
    ['says nothing of its time', () => ({})],
    ['says something that is no time', () => ({ date: 'noon' })],
    ['has the same time', () => says(now + MINUTE)],
  ])('is not asked again if it %s', async (_what, date: () => Record<string, string>) => {
    const vendor = vendorAhead(() => 10 * MINUTE, date);
    expect(await outcome(vendor)).toBe('VENDOR_AUTH_FAILED');
    expect(vendor.seen).toEqual([0]);
  });

  test('is asked once more, not for ever', async () => {
    const vendor = vendorAhead(
      () => 10 * MINUTE,
      () => says(now + 60 * MINUTE),
    );
    expect(await outcome(vendor)).toBe('VENDOR_AUTH_FAILED');
    expect(vendor.seen).toEqual([0, 60]);
  });
});
