export type AgentKind = 'HUMAN' | 'VIRTUAL';

/** A vendor account's knowledge of an agent. */
export interface AgentAccount {
  /** The account's name. */
  readonly account: string;
  /** The agent's reference there, in the vendor's terms. */
  readonly ref: string;
}

/** A person or a bot. */
export interface Agent {
  /** Global id. */
  readonly id: string;
  /** The directory's id; null for one that only the vendors name. */
  readonly key: string | null;
  readonly kind: AgentKind;
  readonly name: string | null;
  readonly email: string | null;
  /** In the order of the configuration; no account stands twice. */
  readonly accounts: readonly AgentAccount[];
}

/** Somebody a vendor names of its own accord. */
export interface DiscoveredAgent {
  /** The reference by which the vendor is best asked. */
  readonly ref: string;
  /** Other references by which the same account knows the same agent. */
  readonly aliases: readonly string[];
  readonly name: string | null;
  readonly email: string | null;
}
