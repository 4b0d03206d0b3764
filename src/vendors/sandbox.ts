import type { Instant } from '../domain/clock.ts';

/**
 * The contract of the vendor sandbox: an imagined company, told in nobody's vocabulary, and fake vendors that retell it in
 * theirs. A fake is written from its vendor's documents and never imports the vendor's client, so that a misreading on one
 * side shows on the other.
 */
export interface Company {
  readonly people: readonly CompanyPerson[];
  readonly bots: readonly CompanyBot[];
  /** A person's shifts that overlap from ≤ t < to, by start; nothing in them lies after "now". */
  shifts(person: CompanyPerson, from: Instant, to: Instant): readonly Shift[];
  /** A person's conversations that began before "now" and overlap from ≤ t < to, by start. */
  conversations(person: CompanyPerson, from: Instant, to: Instant): readonly Conversation[];
  /** What a bot did in from ≤ t < to; the part after "now" adds nothing. */
  traffic(bot: CompanyBot, from: Instant, to: Instant): BotTraffic;
}

export interface CompanyPerson {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  /**
   * Which vendors the person works with, and by which reference; a vendor's key as in the configuration. Of a vendor that
   * the company's list does not have, its fake says so itself: `FakeVendor.referenceOf`.
   */
  readonly refsByVendor: Readonly<Partial<Record<string, string>>>;
  readonly employeeId: string;
}

export interface CompanyBot {
  readonly name: string;
  readonly refsByVendor: Readonly<Partial<Record<string, string>>>;
}

export interface Shift {
  /** A number that no other shift of the company has. */
  readonly serial: number;
  readonly start: Instant;
  /** Null while the shift goes on. */
  readonly end: Instant | null;
  /** What the person turned to, by time; each holds until the next, the last until the shift's end. */
  readonly statusChanges: readonly ShiftStatusChange[];
}

export interface ShiftStatusChange {
  readonly at: Instant;
  readonly status: 'available' | 'busy' | 'away';
  /** The company's own name for it, such as "Lunch"; null for a plain status. */
  readonly reason: string | null;
  /** Chats going on from then on. */
  readonly concurrentChats: number;
}

export interface Conversation {
  /** The same for everybody who takes part. */
  readonly guid: string;
  /** This person's part in it. */
  readonly channelGuid: string;
  readonly medium: 'Phone' | 'Chat' | 'Email' | 'Sms';
  readonly direction: 'Inbound' | 'Outbound' | 'Internal';
  readonly start: Instant;
  /** Null while it goes on. */
  readonly end: Instant | null;
}

export interface BotTraffic {
  /** Distinct, hence not additive over spans. */
  readonly users: number;
  readonly messages: number;
  readonly unhandled: number;
  readonly ambiguous: number;
  readonly mismatchedAmbiguous: number;
  readonly interventions: number;
}

/** One request as a fake vendor sees it. */
export interface SandboxRequest {
  readonly method: string;
  /** Absolute, with the host and port that the client used. */
  readonly url: URL;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface SandboxResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What a fake vendor is given. */
export interface SandboxWorld {
  readonly company: Company;
  now(): Instant;
}

/** A fake vendor: it answers requests, and says how a gateway is configured to ask it. */
export interface FakeVendor {
  readonly handle: (request: SandboxRequest) => SandboxResponse | Promise<SandboxResponse>;
  /** The entry for `accounts` in a configuration, given where the fake listens; secrets of the sandbox in plain text. */
  readonly createAccountConfig: (baseUrl: string) => Readonly<Record<string, unknown>> & { readonly name: string };
  /**
   * By which reference the vendor knows one of the company, null for those it does not know; for a vendor that stands in
   * nobody's `seats`. Whoever has one is named in the sandbox's directory.
   */
  readonly findReference?: (member: CompanyPerson | CompanyBot) => string | null;
}

export type FakeVendorFactory = (world: SandboxWorld) => FakeVendor;
