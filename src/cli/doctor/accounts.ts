import type { AccountCheck } from '../../composition/ask-accounts.ts';
import type { Config } from '../../config/schema.ts';
import type { ServerClocks } from '../../http/server-clocks.ts';
import type { Finding } from './finding.ts';
import { findRemedy } from './remedies.ts';

/** Signatures of LivePerson, and tokens of Kore.ai, may be refused from minutes on; statuses look older or newer before. */
const MAX_CLOCK_DIFFERENCE_MS = 10_000;

const SKIPPED = {
  needs_agent: {
    message: 'not asked: a call needs an agent',
    remedy: 'give an agent of the directory a reference in this account',
  },
  unsupported: { message: 'not asked: this vendor has no call for it' },
} as const;

export function describeAccount(check: AccountCheck, { accounts }: Config): Finding {
  const subject = `accounts.${check.account}`;
  if (check.outcome === 'ok') return { subject, outcome: 'ok', message: 'the vendor answers' };
  if (check.outcome !== 'failed') return { subject, outcome: 'skipped', ...SKIPPED[check.outcome] };
  const { error } = check;
  const { code, reason, status, endpoint, message } = error;
  const account = accounts.find(({ name }) => name === check.account);
  return {
    subject,
    outcome: 'failed',
    message: `${endpoint}: ${code}${reason === null ? '' : ` (${reason})`}: ${message}`,
    ...(account && { remedy: findRemedy(account, error) }),
    error: { code, reason, status, endpoint },
  };
}

/** Compares this machine's clock with those of the vendors that have answered; null where none has. */
export function compareClocks({ accounts }: Config, clocks: ServerClocks): Finding | null {
  const differences = accounts.flatMap(({ name, baseUrl }) => {
    const aheadMs = clocks.aheadMs(baseUrl.origin);
    return aheadMs === null ? [] : [{ name, aheadMs }];
  });
  const [largest] = differences.toSorted((a, b) => Math.abs(b.aheadMs) - Math.abs(a.aheadMs));
  if (!largest) return null;
  const seconds = Math.round(Math.abs(largest.aheadMs) / 1000);
  if (Math.abs(largest.aheadMs) <= MAX_CLOCK_DIFFERENCE_MS) {
    return { subject: 'clock', outcome: 'ok', message: `within ${Math.max(1, seconds)} s of the vendors’ clocks` };
  }
  return {
    subject: 'clock',
    outcome: 'warning',
    message: `${seconds} s ${largest.aheadMs > 0 ? 'ahead of' : 'behind'} the clock of ${largest.name}`,
    remedy: 'set this machine’s clock, best by NTP: vendors refuse signatures of another time',
  };
}
