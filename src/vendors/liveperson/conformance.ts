import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Conformance } from '../conformance.ts';
import { FILE, LIST } from './client.ts';
import { readActivity } from './files/activity.ts';
import { createSplitter } from './files/splitter.ts';
import { fileList } from './wire.ts';

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url));

/** The sample list names another account than the one that it says was asked for; nothing else is changed. */
const list = fixture('list.json').toString().replaceAll('28045150', '75555851');

/** The sample's one event: 2016-06-15T12:03:22.047Z. */
const during = { from: Date.parse('2016-06-15T00:00:00Z'), to: Date.parse('2016-06-16T00:00:00Z') };

const answer: Conformance['questions'][number]['answer'] = ({ endpoint }) =>
  endpoint === LIST ? { status: 200, body: list } : { status: 200, body: gzipSync(fixture('two-documents.json')) };

const calls = [{ endpoint: LIST }, { endpoint: FILE }];

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
    good: ['9', '2438730312', 'cragent', 'CRAgent@liveperson.com', 'Zoë 7'],
    bad: ['', '  ', 'a\nb', 'x'.repeat(321)],
    same: [['CRAgent@liveperson.com', 'cragent@LivePerson.com']],
    emails: { 'CRAgent@liveperson.com': 'CRAgent@liveperson.com' },
  },
  fixtures: {
    'list.json': (file) => fileList.parse(JSON.parse(file.toString())),
    'two-documents.json': (file) => {
      const splitter = createSplitter();
      const documents = [...splitter.push(file), ...splitter.end()];
      if (documents.length !== 2) throw new Error('two documents were expected');
      for (const document of documents) if (!readActivity(document)) throw new Error('no activity');
    },
  },
  now: Date.parse('2016-06-20T12:00:00Z'),
  questions: [
    {
      capability: 'sessions',
      ask: (sources) => sources.sessions('CRAgent@liveperson.com', during),
      answer,
      contains: [
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
    // A login alone begins no status.
    { capability: 'statusPeriods', ask: (sources) => sources.statusPeriods('9', during), answer, contains: [], calls },
    {
      capability: 'discover',
      ask: (sources) => sources.discover(),
      answer,
      contains: [{ ref: '9', aliases: ['cragent@liveperson.com'], name: 'CRAgent', email: 'CRAgent@liveperson.com' }],
      calls,
    },
  ],
};
