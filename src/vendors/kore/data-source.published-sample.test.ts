import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { KORE_ENTRY } from '../../../test/support/kore/account.ts';
import { connectVendor } from '../../../test/support/vendor-harness.ts';
import { durationSeconds, type StatusPeriod } from '../../domain/status-period.ts';
import { kore } from './index.ts';

// The sample response of https://docs.kore.ai/xo/apis/contact-center/agent-status-details/, and the same with the comma that
// is missing there.
function fixture(name: string) {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
}
const published = fixture('agentstatusdetails.published.txt');
const repaired = fixture('agentstatusdetails.json');

const EMAIL = 'gaumur@abc.com';
const during = { from: Date.parse('2023-03-09T00:00:00Z'), to: Date.parse('2023-03-11T00:00:00Z') };
const options = { now: Date.parse('2023-03-10T22:00:00Z') };
function answering(body: string) {
  return connectVendor(kore, KORE_ENTRY, () => ({ status: 200, body }), options).createDataSource();
}

async function periodsOf(ref: string): Promise<readonly StatusPeriod[]> {
  return (await answering(repaired).statusPeriods?.(ref, during))?.data ?? [];
}

/** `HH:MM:SS`, with more than two digits of hours if needed; `-` for an ongoing period. */
function statedSeconds(duration: string): number | null {
  const [, hours, minutes, seconds] = /^(\d+):([0-5]\d):([0-5]\d)$/.exec(duration) ?? [];
  return hours === undefined ? null : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

test('rejects the published sample, which is not JSON, without returning any of it', async () => {
  const refused = answering(published).statusPeriods?.(EMAIL, during);
  await expect(refused).rejects.toMatchObject({
    code: 'VENDOR_BAD_RESPONSE',
    reason: 'malformed_json',
    message: expect.not.stringContaining('gaumur'),
  });
});

test('keeps the published and the repaired sample equal except for one comma', () => {
  const compact = (text: string) => text.replace(/\s/g, '');
  expect(compact(published).replace('"customId":"123456""', '"customId":"123456","')).toBe(compact(repaired));
});

test('discovers three agents in the repaired sample', async () => {
  expect((await answering(repaired).discover?.())?.data).toEqual([
    {
      ref: 'gauagent2@abc.com',
      aliases: ['u-388b2b2a-264d-511d-918e-f746e5e1xxxx'],
      name: 'Gau AgentTwo',
      email: 'gauagent2@abc.com',
    },
    {
      ref: 'gauagent1@gmail.com',
      aliases: ['u-fee373f7-8685-5f9b-b359-1e890ccdxxxx'],
      name: 'gau AgentOne',
      email: 'gauagent1@gmail.com',
    },
    {
      ref: 'gaumur@abc.com',
      aliases: ['u-fdc72ca0-a35d-57ff-bcb3-a33904a4xxxx'],
      name: 'gaumur gaumur',
      email: 'gaumur@abc.com',
    },
  ]);
});

test('reads no periods of two agents of the sample, and eight of one', async () => {
  expect(await periodsOf('gauagent2@abc.com')).toEqual([]);
  expect(await periodsOf('gauagent1@gmail.com')).toEqual([]);
  expect(await periodsOf(EMAIL)).toHaveLength(8);
});

test('neither fills gaps of the sample nor joins equal neighbours', async () => {
  const periods = await periodsOf(EMAIL);
  const gaps = periods.slice(1).map(({ start }, index) => (start - (periods[index]?.end ?? NaN)) / 1000);
  expect(gaps).toEqual([0, 0, 29, 141, 43, 93, 0]);
  expect(periods.slice(0, 2).map(({ label }) => label)).toEqual(['AVAILABLE', 'AVAILABLE']);
});

test('computes durations of the sample exactly, also over a day', async () => {
  const seconds = (await periodsOf(EMAIL)).map(({ start, end }) => durationSeconds(start, end));
  expect(seconds).toEqual([116_224, 70, 56, 11, 76, 21, 260, null]);
  expect(seconds.reduce((sum: number, each) => sum + (each ?? 0), 0)).toBe(116_718);
});

test('matches the stated durations to the second, except of an ongoing period', async () => {
  const { data } = JSON.parse(repaired) as { data: { status?: { duration: string }[] }[] };
  const stated = data.flatMap(({ status }) => status ?? []).map(({ duration }) => statedSeconds(duration));
  const computed = (await periodsOf(EMAIL)).map(({ start, end }) => durationSeconds(start, end));
  expect(stated).toEqual([116_224, 70, 55, 11, 76, 21, 260, null]);
  expect(stated.map((seconds, index) => (computed[index] ?? 0) - (seconds ?? 0))).toEqual([0, 0, 1, 0, 0, 0, 0, 0]);
});

test('reads the last period of the sample as ongoing, with the company’s own label', async () => {
  const ongoing = {
    account: 'kore-main',
    ref: EMAIL,
    sessionId: null,
    status: 'BUSY',
    vendorStatus: 'BUSY',
    label: 'NBK',
    start: Date.parse('2023-03-10T21:51:02Z'),
    end: null,
    isOngoing: true,
    observedAt: options.now,
  };
  expect((await periodsOf(EMAIL)).at(-1)).toEqual(ongoing);
  expect((await answering(repaired).currentStatus?.(EMAIL))?.data).toEqual(ongoing);
});

test('finds an ongoing period today although it began a month ago', async () => {
  const later = { now: Date.parse('2023-04-13T12:00:00Z') };
  const dataSource = connectVendor(kore, KORE_ENTRY, () => ({ status: 200, body: repaired }), later).createDataSource();
  expect((await dataSource.currentStatus?.(EMAIL))?.data).toMatchObject({ label: 'NBK', isOngoing: true });
});
