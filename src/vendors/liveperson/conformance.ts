import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Conformance } from '../conformance.ts';
import { FILE_ENDPOINT, LIST_ENDPOINT } from './client.ts';
import { readActivity } from './files/activity.ts';
import { createSplitter } from './files/splitter.ts';
import { fileListSchema } from './wire.ts';

function readFixture(name: string) {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
}

/** The sample list, with the account number of its own links corrected: it names another account than the requested one. */
const list = readFixture('list.json').toString().replaceAll('28045150', '75555851');

/** The sample's one event: 2016-06-15T12:03:22.047Z. */
const during = { from: Date.parse('2016-06-15T00:00:00Z'), to: Date.parse('2016-06-16T00:00:00Z') };

const answer: Conformance['cases'][number]['respond'] = ({ endpoint }) =>
  endpoint === LIST_ENDPOINT
    ? { status: 200, body: list }
    : { status: 200, body: gzipSync(readFixture('two-documents.json')) };

const calls = [
  { endpoint: LIST_ENDPOINT, errorCodes: { 'status 404': 'VENDOR_REJECTED' } },
  {
    endpoint: FILE_ENDPOINT,
    errorCodes: { 'status 404': 'VENDOR_REJECTED' },
    errorEndpoints: { 'status 404': LIST_ENDPOINT },
  },
] as const;

export const conformance: Conformance = {
  account: {
    name: 'lp',
    vendor: 'liveperson',
    baseUrl: 'https://va.da.liveperson.net',
    accountId: '75555851',
    consumerKey: 'gateway',
    consumerSecret: 'lp-consumer-secret-+&%/01',
    accessToken: 'lp-access-token-0123456789',
    accessTokenSecret: 'lp-token-secret-+&%/0123',
  },
  required: ['accountId', 'consumerKey', 'consumerSecret', 'accessToken', 'accessTokenSecret'],
  secrets: ['consumerSecret', 'accessToken', 'accessTokenSecret'],
  references: {
    valid: ['9', '2438730312', 'cragent', 'CRAgent@liveperson.com', 'Zoë 7'],
    invalid: ['', '  ', 'a\nb', 'x'.repeat(321)],
    equivalent: [['CRAgent@liveperson.com', 'cragent@LivePerson.com']],
    emails: { 'CRAgent@liveperson.com': 'CRAgent@liveperson.com' },
  },
  fixtures: {
    'list.json': (file) => fileListSchema.parse(JSON.parse(file.toString())),
    'two-documents.json': (file) => {
      const splitter = createSplitter();
      const documents = [...splitter.push(file), ...splitter.end()];
      if (documents.length !== 2) throw new Error('two documents were expected');
      for (const document of documents) if (!readActivity(document)) throw new Error('no activity');
    },
  },
  now: Date.parse('2016-06-20T12:00:00Z'),
  cases: [
    {
      capability: 'sessions',
      run: (dataSource) => dataSource.sessions('CRAgent@liveperson.com', during),
      respond: answer,
      expectedData: [
        {
          account: 'lp',
          vendorSessionId: '75555851-684867733',
          loginAt: 1465992202047,
          logoutAt: null,
          state: 'UNKNOWN',
        },
      ],
      calls,
    },
    // A login alone does not start a status period.
    {
      capability: 'statusPeriods',
      run: (dataSource) => dataSource.statusPeriods('9', during),
      respond: answer,
      expectedData: [],
      calls,
    },
    {
      capability: 'discover',
      run: (dataSource) => dataSource.discover(),
      respond: answer,
      expectedData: [
        { ref: '9', aliases: ['cragent@liveperson.com'], name: 'CRAgent', email: 'CRAgent@liveperson.com' },
      ],
      calls,
    },
  ],
};
