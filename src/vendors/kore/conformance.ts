import { readFileSync } from 'node:fs';
import type { VendorRequest } from '../../http/types.ts';
import type { Conformance } from '../conformance.ts';
import { detailsPageSchema, STATUS_DETAILS_ENDPOINT } from './wire.ts';

function readFixture(name: string) {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
}

const EMAIL = 'gaumur@abc.com';
/** The vendor's own sample, without agents that were not requested. */
function respond({ body = '' }: VendorRequest) {
  const { agents } = (JSON.parse(body) as { filter: { agents?: readonly string[] } }).filter;
  const sample = JSON.parse(readFixture('agentstatusdetails.json').toString('utf8')) as { data: { email: string }[] };
  const data = sample.data.filter(({ email }) => agents?.includes(email) ?? true);
  return { status: 200, body: JSON.stringify({ ...sample, data }) };
}
const calls = [{ endpoint: STATUS_DETAILS_ENDPOINT, errorCodes: { 'status 404': 'VENDOR_REJECTED' } }] as const;

/** The last 14 minutes of the vendor's own sample. */
const during = { from: Date.parse('2023-03-10T21:46:00Z'), to: Date.parse('2023-03-10T22:00:00Z') };

export const conformance: Conformance = {
  account: {
    name: 'kore-main',
    vendor: 'kore',
    baseUrl: 'https://platform.kore.ai',
    accountId: '63f07d26f04465685df40000',
    streamId: 'st-e19dd469-90f5-5655-b0b2-858de9010000',
    clientId: 'cs-b0233c67-322e-5d1a-9fb7-366e7f5915a7',
    clientSecret: 'kore/secret+0123456789abcdef',
  },
  required: ['accountId', 'streamId', 'clientId', 'clientSecret'],
  secrets: ['clientSecret'],
  references: {
    valid: ['jane@example.com', 'u-388b2b2a-264d-511d-918e-f746e5e10000', 'o’neil+x@example.com'],
    invalid: ['', ' ', 'jane@', '@example.com', 'jane@doe@example.com', 'jane doe', 'jane\u0000@example.com'],
    equivalent: [['Jane@Example.com', 'jane@example.COM']],
    emails: { 'jane@example.com': 'jane@example.com' },
  },
  fixtures: {
    'agentstatusdetails.json': (file) => {
      const { data } = detailsPageSchema.parse(JSON.parse(file.toString('utf8')));
      if (data.some((agent) => !agent || agent.status?.includes(null))) throw new Error('A record could not be read');
    },
    // The published sample lacks a comma, so it is not JSON. The repaired copy above is what the client reads.
    'agentstatusdetails.published.txt': (file) => {
      if (isJson(file.toString('utf8'))) throw new Error('Not the sample as published: it must not be valid JSON');
    },
  },
  now: Date.parse('2023-03-10T22:00:00Z'),
  cases: [
    {
      capability: 'statusPeriods',
      run: (dataSource) => dataSource.statusPeriods(EMAIL, during),
      respond,
      expectedData: [
        { account: 'kore-main', ref: EMAIL, status: 'AVAILABLE', isOngoing: false },
        { account: 'kore-main', ref: EMAIL, status: 'BUSY', label: 'NBK', end: null, isOngoing: true },
      ],
      calls,
    },
    {
      capability: 'statusPeriods',
      title: 'by userId',
      run: (dataSource) => dataSource.statusPeriods('u-fdc72ca0-a35d-57ff-bcb3-a33904a4xxxx', during),
      respond,
      expectedData: [{ status: 'AVAILABLE' }, { status: 'BUSY' }],
      calls,
    },
    {
      capability: 'currentStatus',
      run: (dataSource) => dataSource.currentStatus(EMAIL),
      respond,
      expectedData: { status: 'BUSY', vendorStatus: 'BUSY', label: 'NBK', start: Date.parse('2023-03-10T21:51:02Z') },
      calls,
    },
    {
      capability: 'discover',
      run: (dataSource) => dataSource.discover(),
      respond,
      expectedData: [{ name: 'Gau AgentTwo' }, { name: 'gau AgentOne' }, { ref: EMAIL, name: 'gaumur gaumur' }],
      calls,
    },
  ],
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
