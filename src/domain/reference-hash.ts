import type { AgentAccount } from './agent.ts';
import { fnv1a } from './fnv1a.ts';

/** A second hash of a text needs another basis; any does. */
const OTHER_BASIS = 0x2f0b4a27;
const TOP_BYTE = 24;
const ACCOUNT = 2 ** 40;
const SECOND = 2 ** 32;

/**
 * Returns 48 bits for a reference in an account: 8 of the account's name, 40 of the reference without regard to case. They are the same in
 * every process and for every spelling of the reference. Among 10,000 agents of an account, two have the same hash once in 20,000
 * companies: what looks up a hash gets all references that have it.
 */
export function hashOfReference({ account, ref }: AgentAccount): number {
  const folded = ref.trim().toLowerCase();
  return hashOfAccount(account) * ACCOUNT + (fnv1a(folded, OTHER_BASIS) >>> TOP_BYTE) * SECOND + (fnv1a(folded) >>> 0);
}

/** Creates a function that returns what `hashOfReference` does, and remembers it for the reference that it was asked for last. */
export function createReferenceHasher(): typeof hashOfReference {
  let last: AgentAccount | null = null;
  let lastHash = 0;
  return ({ account, ref }) => {
    if (last?.ref === ref && last.account === account) return lastHash;
    last = { account, ref };
    lastHash = hashOfReference(last);
    return lastHash;
  };
}

/** Whether the hash may be that of a reference in this account. */
export function mayBeReferenceIn(account: string, referenceHash: number): boolean {
  return Math.floor(referenceHash / ACCOUNT) === hashOfAccount(account);
}

/** The bits that depend on all others. */
function hashOfAccount(account: string): number {
  return fnv1a(account) >>> TOP_BYTE;
}
