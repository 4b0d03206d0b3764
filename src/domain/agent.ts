export type AgentKind = 'HUMAN' | 'VIRTUAL';

/** An agent's identity in one vendor account. */
export interface AgentAccount {
  /** The account's name. */
  readonly account: string;
  /** The agent's reference there, as the vendor defines it. */
  readonly ref: string;
}

/** A human or virtual agent. */
export interface Agent {
  /** Global id. */
  readonly id: string;
  /** The directory's id; null for an agent that was only discovered. */
  readonly key: string | null;
  readonly kind: AgentKind;
  readonly name: string | null;
  readonly email: string | null;
  /** The id of the directory's team; null for an agent without one. */
  readonly teamId: string | null;
  /** In configuration order; each account at most once. */
  readonly accounts: readonly AgentAccount[];
}

/** An agent discovered from a vendor. */
export interface DiscoveredAgent {
  /** The preferred reference for calls to the vendor. */
  readonly ref: string;
  /** Other references to the same agent in the same account. */
  readonly aliases: readonly string[];
  readonly name: string | null;
  readonly email: string | null;
}
