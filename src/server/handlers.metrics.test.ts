import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { anonymousCaller } from '../request/caller.ts';
import { startTestServer, type TestServer } from '../../test/support/server-harness.ts';

/** One account's name is the beginning of another's. */
const ACCOUNTS = ['lp', 'lp-2', 'kore-main'];

let callerAccounts: readonly string[] | null;
let testServer: TestServer;
beforeEach(async () => {
  testServer = await startTestServer({
    authenticate: () =>
      Promise.resolve({ ...anonymousCaller, name: 'watcher', accounts: callerAccounts && new Set(callerAccounts) }),
  });
  for (const account of ACCOUNTS) {
    testServer.metrics.vendorCall({ account, endpoint: 'agents', outcome: 'VENDOR_TIMEOUT', ms: 8000 });
    testServer.metrics.vendorRetry(account, 'reset');
    testServer.metrics.vendorRetryDenied(account, 'budget');
    testServer.metrics.circuitState(account, 'agents', 'open');
    testServer.metrics.circuitRejection(account, 'agents');
    testServer.metrics.retryAfterGate(account, 60_000);
    testServer.metrics.cacheRead(account, 'agents', 'hit');
  }
  testServer.metrics.authFailure('missing');
  testServer.metrics.cacheError('get', 'timeout');
});
afterEach(() => testServer.stop());

async function readMetrics(accounts: readonly string[] | null): Promise<string> {
  callerAccounts = accounts;
  return (await testServer.get('/metrics')).text();
}

/** What is counted of one account, or of none; but for requests, of which each look at the page is one. */
function seriesOf(account: string | null, text: string): readonly string[] {
  const label = /[{,]account="(?<account>[^"]*)"/;
  return text
    .split('\n')
    .filter((line) => line.startsWith('switchboard_') && !line.startsWith('switchboard_http_'))
    .filter((line) => (label.exec(line)?.groups?.account ?? null) === account);
}

test('whoever may use all accounts sees what is counted of each', async () => {
  const text = await readMetrics(null);
  for (const account of ACCOUNTS) {
    // Seven of them, one a histogram of twelve limits, infinity, sum and count.
    expect(seriesOf(account, text)).toHaveLength(7 + 15);
  }
});

test.each([[['lp']], [['lp-2', 'kore-main']], [[]], [['elsewhere']]])(
  'whoever may use %j sees what is counted of these and of no account, and no other’s name',
  async (accounts) => {
    const all = await readMetrics(null);
    const text = await readMetrics(accounts);
    for (const account of ACCOUNTS) {
      expect(seriesOf(account, text)).toEqual(accounts.includes(account) ? seriesOf(account, all) : []);
      if (!accounts.includes(account)) expect(text).not.toMatch(new RegExp(`"${account}"`));
    }
    expect(seriesOf(null, text)).toEqual(seriesOf(null, all));
    expect(seriesOf(null, text)).toEqual([
      'switchboard_auth_failures_total{reason="missing"} 1',
      'switchboard_cache_errors_total{operation="get",reason="timeout"} 1',
    ]);
  },
);
