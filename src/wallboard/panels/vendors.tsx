import type { FeedState } from '../data/feed-state.ts';
import type { BoardAccountsQuery } from '../generated/documents.ts';
import { useNow } from '../hooks/use-now.ts';
import type { SourceTrouble } from '../model/board-agent.ts';
import { formatAge } from '../text/durations.ts';
import { describeCalls, describeTrouble, formatVendor } from '../text/words.ts';

interface VendorsProps {
  readonly accounts: FeedState<BoardAccountsQuery>;
  /** What the rows report of each account. */
  readonly troubles: readonly SourceTrouble[];
}

type AccountHealth = BoardAccountsQuery['accounts'][number];

/** The vendor accounts and whether they work. */
export function Vendors({ accounts, troubles }: VendorsProps) {
  const now = useNow();
  const list = accounts.data?.accounts;
  return (
    <section class="panel" aria-labelledby="vendors-title">
      <h2 id="vendors-title">Vendors</h2>
      {!list &&
        (accounts.error ? (
          <p class="trouble">Accounts cannot be read: {accounts.error.message}</p>
        ) : (
          <div class="bone bone--block" />
        ))}
      {list?.length === 0 && <p class="muted">No account that you may see.</p>}
      <ul class="vendors">
        {list?.map((account) => (
          <Vendor
            key={account.name}
            account={account}
            trouble={troubles.find(({ account: name }) => name === account.name)}
            now={now}
          />
        ))}
      </ul>
    </section>
  );
}

interface VendorProps {
  readonly account: AccountHealth;
  readonly trouble: SourceTrouble | undefined;
  readonly now: number;
}

function Vendor({ account, trouble, now }: VendorProps) {
  const { name, vendor, state, lastError, lastSuccessAt, callsLastMinute, requestsPerMinute } = account;
  const isFailing = state === 'DOWN' || state === 'DEGRADED' || trouble !== undefined;
  return (
    <li class="vendor">
      <span class="vendor-name">
        {name} <small class="muted">{formatVendor(vendor)}</small>
      </span>
      <span class={`chip chip--${isFailing && state === 'OK' ? 'degraded' : state.toLowerCase()}`}>
        {STATES[state]}
      </span>
      <span class="muted vendor-age">
        <span>
          {lastSuccessAt === null ? 'no answer yet' : `answered ${formatAge(now - Date.parse(lastSuccessAt))} ago`}
        </span>{' '}
        <span>{describeCalls(callsLastMinute, requestsPerMinute)}</span>
      </span>
      {isFailing && <p class="trouble">{trouble ? describeTrouble(trouble) : (lastError ?? 'Some calls fail.')}</p>}
    </li>
  );
}

const STATES: Readonly<Record<AccountHealth['state'], string>> = {
  OK: '✓ OK',
  DEGRADED: '! Degraded',
  DOWN: '✕ Down',
  UNKNOWN: '? Not called',
};
