import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { anybody } from '../../src/request/caller.ts';
import { startToy, type Toy } from './support.ts';

/** One account's name is the beginning of another's. */
const ACCOUNTS = ['lp', 'lp-2', 'kore-main'];

let mine: readonly string[] | null;
let toy: Toy;
beforeEach(async () => {
  toy = await startToy({
    authenticate: () => Promise.resolve({ ...anybody, name: 'watcher', accounts: mine && new Set(mine) }),
  });
  for (const account of ACCOUNTS) {
    toy.metrics.vendorCall({ account, endpoint: 'agents', outcome: 'VENDOR_TIMEOUT', ms: 8000 });
    toy.metrics.vendorRetry(account, 'reset');
    toy.metrics.vendorRetryDenied(account, 'budget');
    toy.metrics.circuit(account, 'agents', 'open');
    toy.metrics.shortCircuit(account, 'agents');
    toy.metrics.rateGate(account, 60_000);
    toy.metrics.cacheRead(account, 'agents', 'hit');
  }
  toy.metrics.authFailure('missing');
  toy.metrics.cacheError('get', 'timeout');
});
afterEach(() => toy.stop());

async function page(accounts: readonly string[] | null): Promise<string> {
  mine = accounts;
  return (await toy.get('/metrics')).text();
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
  const text = await page(null);
  for (const account of ACCOUNTS) {
    // Seven of them, one a histogram of twelve limits, infinity, sum and count.
    expect(seriesOf(account, text)).toHaveLength(7 + 15);
  }
});

test.each([[['lp']], [['lp-2', 'kore-main']], [[]], [['elsewhere']]])(
  'whoever may use %j sees what is counted of these and of no account, and no other’s name',
  async (accounts) => {
    const all = await page(null);
    const text = await page(accounts);
    for (const account of ACCOUNTS) {
      expect(seriesOf(account, text)).toEqual(accounts.includes(account) ? seriesOf(account, all) : []);
      if (!accounts.includes(account)) expect(text).not.toMatch(new RegExp(`"${account}"`));
    }
    expect(seriesOf(null, text)).toEqual(seriesOf(null, all));
    expect(seriesOf(null, text)).toEqual([
      'switchboard_auth_failures_total{reason="missing"} 1',
      'switchboard_cache_errors_total{op="get",reason="timeout"} 1',
    ]);
  },
);
