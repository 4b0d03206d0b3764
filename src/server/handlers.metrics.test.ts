import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../test/support/server-harness.ts';
import { anonymousCaller } from '../request/caller.ts';

/** The name of one account is a prefix of another's. */
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

/** Series of one account, or without an account label. HTTP series are left out: each scrape counts as a request. */
function seriesOf(account: string | null, text: string): readonly string[] {
  const label = /[{,]account="(?<account>[^"]*)"/;
  return text
    .split('\n')
    .filter((line) => line.startsWith('switchboard_') && !line.startsWith('switchboard_http_'))
    .filter((line) => (label.exec(line)?.groups?.account ?? null) === account);
}

test('returns the metrics of every account to a caller with access to all accounts', async () => {
  const text = await readMetrics(null);
  for (const account of ACCOUNTS) {
    // Seven metrics, one of them a histogram: twelve buckets, +Inf, sum and count.
    expect(seriesOf(account, text)).toHaveLength(7 + 15);
  }
});

test.each([[['lp']], [['lp-2', 'kore-main']], [[]], [['elsewhere']]])(
  'returns to a caller with access to %j only the metrics of these accounts and those without an account',
  async (accounts) => {
    const all = await readMetrics(null);
    const text = await readMetrics(accounts);
    for (const account of ACCOUNTS) {
      expect(seriesOf(account, text)).toEqual(accounts.includes(account) ? seriesOf(account, all) : []);
      if (!accounts.includes(account)) expect(text).not.toMatch(new RegExp(`"${account}"`));
    }
    expect(seriesOf(null, text)).toEqual(seriesOf(null, all));
    expect(seriesOf(null, text)).toEqual([
      expect.stringMatching(/^switchboard_build_info\{/),
      'switchboard_auth_failures_total{reason="missing"} 1',
      'switchboard_ready 0',
      'switchboard_live_subscriptions{transport="sse"} 0',
      'switchboard_live_subscriptions{transport="websocket"} 0',
      'switchboard_live_runs_total 0',
      'switchboard_graphql_errors_total{code="INTERNAL_SERVER_ERROR"} 0',
      'switchboard_cache_errors_total{operation="get",reason="timeout"} 1',
      'switchboard_warm_runs_total{outcome="complete"} 0',
      'switchboard_warm_runs_total{outcome="incomplete"} 0',
      'switchboard_warm_runs_total{outcome="failed"} 0',
      'switchboard_log_lines_lost_total 0',
      'switchboard_trace_spans_total{outcome="exported"} 0',
      'switchboard_trace_spans_total{outcome="failed"} 0',
      'switchboard_trace_spans_total{outcome="dropped"} 0',
      'switchboard_config_reloads_total{outcome="success"} 0',
      'switchboard_config_reloads_total{outcome="failure"} 0',
      'switchboard_config_last_reload_successful 1',
      'switchboard_config_last_reload_success_timestamp_seconds 0',
      'switchboard_config_restart_required 0',
    ]);
  },
);
