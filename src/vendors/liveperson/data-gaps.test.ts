import { expect, test } from '@jest/globals';
import { VendorError } from '../../domain/vendor-error.ts';
import type { DataGap } from '../data-gap.ts';
import {
  contentGaps,
  encryptedLoginGaps,
  failureGaps,
  memoryLimitGaps,
  notYetWrittenGap,
  rejectedLinkGaps,
  retentionGap,
} from './data-gaps.ts';
import type { FileContent } from './files/content.ts';

const target = { vendor: 'LIVEPERSON', account: 'lp', endpoint: 'agentActivity' } as const;

function content(flaws: Partial<FileContent['flaws']> = {}, hasEncryptedLogins = false): FileContent {
  return {
    agents: {},
    logins: {},
    hasEncryptedLogins,
    flaws: { damage: null, foreign: 0, malformed: 0, ...flaws },
  };
}

test.each<[string, readonly DataGap[], string, string, readonly string[]]>([
  [
    'rejected links',
    rejectedLinkGaps(['host', 'path', 'host']),
    'VENDOR_BAD_RESPONSE',
    'link_refused',
    ['3', 'host', 'path'],
  ],
  [
    'files beyond the memory limit of a query',
    memoryLimitGaps(2, 300, 'query full'),
    'VENDOR_REJECTED',
    'too_large',
    ['2 of 300', 'omitted'],
  ],
  [
    'files that other queries leave no memory for',
    memoryLimitGaps(2, 300, 'process full'),
    'VENDOR_UNAVAILABLE',
    'memory_limit',
    ['2 of 300', 'other queries', 'retry'],
  ],
  [
    'damaged files',
    contentGaps([content({ damage: 'truncated' }), content({ damage: 'corrupt' }), content()]),
    'VENDOR_BAD_RESPONSE',
    'file_truncated',
    ['2', 'truncated', 'corrupt'],
  ],
  [
    'another account’s records',
    contentGaps([content({ foreign: 2 }), content({ foreign: 3 })]),
    'VENDOR_BAD_RESPONSE',
    'foreign_account',
    ['5'],
  ],
  [
    'records that cannot be read',
    contentGaps([content({ malformed: 3 }), content({ malformed: 4 })]),
    'VENDOR_BAD_RESPONSE',
    'contract',
    ['7'],
  ],
  [
    'files with encrypted login names',
    encryptedLoginGaps([content({}, true), content(), content({}, true)]),
    'VENDOR_BAD_RESPONSE',
    'encrypted',
    ['2'],
  ],
  ['deleted files', [retentionGap(30)], 'VENDOR_REJECTED', 'retention', ['30']],
  [
    'events that are not certain to be written yet',
    [notYetWrittenGap({ from: 0, to: Date.UTC(2024, 4, 15) }, Date.UTC(2024, 4, 14, 6, 20))],
    'VENDOR_UNAVAILABLE',
    'not_yet_written',
    ['2024-05-14T06:20:00.000Z', 'coveredTo', 'a range that ends there'],
  ],
])('a gap counts %s and gives the reason', (_what, gaps, code, reason, words) => {
  expect(gaps).toMatchObject([{ code, reason, status: null, retryAfterSeconds: null }]);
  for (const word of words) expect(gaps[0]?.message).toContain(word);
});

test('advises no range that would be empty where nothing of it is certain to be written', () => {
  const from = Date.UTC(2024, 4, 14, 6, 20);
  const { message } = notYetWrittenGap({ from, to: Date.UTC(2024, 4, 15) }, from);
  expect(message).not.toContain('ends there');
  expect(message).toContain('later');
});

test('groups failed calls by code and reason, missing files last and as a rejected request', () => {
  const notFound = new VendorError(target, 'NOT_FOUND', 'No such file', { reason: 'status_404', status: 404 });
  const details = { reason: 'status_429', status: 429, retryAfterSeconds: 17 };
  const tooMany = new VendorError(target, 'VENDOR_RATE_LIMITED', 'Too many calls', details);
  const late = new VendorError(target, 'VENDOR_TIMEOUT', 'No answer in time', { reason: 'timeout' });
  expect(failureGaps([notFound, tooMany, late, notFound, late, notFound], 9, 'files')).toEqual([
    {
      code: 'VENDOR_RATE_LIMITED',
      ...details,
      retryable: true,
      message: '1 of 9 files are missing: Too many calls.',
    },
    {
      code: 'VENDOR_TIMEOUT',
      reason: 'timeout',
      status: null,
      retryAfterSeconds: null,
      retryable: true,
      message: '2 of 9 files are missing: No answer in time.',
    },
    {
      code: 'VENDOR_REJECTED',
      reason: 'status_404',
      status: 404,
      retryAfterSeconds: null,
      retryable: false,
      message: '3 of 9 files are missing: No such file.',
    },
  ]);
  expect(failureGaps([], 9, 'files')).toEqual([]);
});
