import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { errorLines, loadOrThrow, MAIL_ACCOUNT } from '../../test/support/config-harness.ts';
import { loadWarmEntries } from './warm.ts';

const folder = mkdtempSync(join(tmpdir(), 'switchboard-warm-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('reads a document from a file beside the configuration, or from the configuration itself', () => {
  writeFileSync(join(folder, 'report.graphql'), 'query Report { a }');
  const raw = {
    warm: [
      { cron: '0 5 * * *', document: 'report.graphql', timeZone: 'Europe/Berlin' },
      { cron: '@daily', document: '{ b }' },
    ],
  };
  expect(loadWarmEntries(raw, folder, new Set())).toEqual({
    warm: [
      {
        cron: '0 5 * * *',
        timeZone: 'Europe/Berlin',
        document: 'report.graphql',
        text: 'query Report { a }',
        file: 'report.graphql',
        variables: {},
      },
      { cron: '@daily', timeZone: 'UTC', document: '{ b }', text: '{ b }', file: null, variables: {} },
    ],
    issues: [],
    files: [join(folder, 'report.graphql')],
  });
});

test('is empty by default', () => {
  expect(loadOrThrow(`accounts: [{ ${MAIL_ACCOUNT} }]`).warm).toEqual([]);
});

test('reports every problem of an entry', () => {
  const lines = errorLines(`accounts: [{ ${MAIL_ACCOUNT} }]
warm:
  - { cron: "0 5 * *", timeZone: Berlin, document: "{ a }", variables: { during: { from: $tomorrow } } }
`);
  expect(lines.map((line) => line.replace(/^[^ ]* /, ''))).toEqual([
    'warm[0].cron: must be a cron expression of five fields, such as 0 5 * * * for five o’clock each day: 0 5 * *',
    'warm[0].timeZone: must be an IANA time zone such as Europe/Berlin: Berlin',
    expect.stringMatching(/^warm\[0\]\.variables\.during: begins with \$ but is not .*: \$tomorrow$/),
  ]);
});

test('reports a document that cannot be read, and accounts that are not configured', () => {
  const lines = errorLines(`accounts: [{ ${MAIL_ACCOUNT} }]
warm: [{ cron: "@daily", document: missing.graphql, accounts: [mail, post] }]
`);
  expect(lines.map((line) => line.replace(/^[^ ]* /, ''))).toEqual([
    expect.stringMatching(/^warm\[0\]\.document: is neither a query nor a file that can be read .*: missing\.graphql$/),
    'warm[0].accounts[1]: is not the name of a configured account: post',
  ]);
});
