import type { Instant } from '../domain/clock.ts';

/**
 * The contract of the vendor sandbox: a fictional company in a neutral vocabulary, and fake vendors that present it in
 * theirs. A fake is written from its vendor's documents and never imports the vendor's client, so that a misreading on one
 * side shows on the other.
 */
export interface Company {
  readonly people: readonly CompanyPerson[];
  readonly bots: readonly CompanyBot[];
  /** The teams that people and bots belong to; absent in a company without teams. */
  readonly teams?: readonly CompanyTeam[];
  /** A person's shifts that overlap from ≤ t < to, by start. They contain nothing after "now". */
  shifts(person: CompanyPerson, from: Instant, to: Instant): readonly Shift[];
  /** A person's conversations that began before "now" and overlap from ≤ t < to, by start. */
  conversations(person: CompanyPerson, from: Instant, to: Instant): readonly Conversation[];
  /** A bot's traffic in from ≤ t < to; the part after "now" adds nothing. */
  traffic(bot: CompanyBot, from: Instant, to: Instant): BotTraffic;
}

export interface CompanyPerson {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  /**
   * The person's reference at each vendor, by the vendor's key as in the configuration. A vendor that the company does not
   * list assigns references in its own fake: `FakeVendor.findReference`.
   */
  readonly refsByVendor: Readonly<Partial<Record<string, string>>>;
  readonly employeeId: string;
  /** The id of the site where the person works. */
  readonly site?: string;
  /** The id of the person's team. */
  readonly team?: string;
}

export interface CompanyTeam {
  readonly id: string;
  readonly name: string;
}

export interface CompanyBot {
  readonly name: string;
  /** The id of the bot's team. */
  readonly team?: string;
  readonly refsByVendor: Readonly<Partial<Record<string, string>>>;
}

export interface Shift {
  /** Unique in the company. */
  readonly serial: number;
  readonly start: Instant;
  /** Null while the shift is ongoing. */
  readonly end: Instant | null;
  /** By time. Each status lasts until the next change, the last one until the shift's end. */
  readonly statusChanges: readonly ShiftStatusChange[];
}

export interface ShiftStatusChange {
  readonly at: Instant;
  readonly status: 'available' | 'busy' | 'away';
  /** The company's own name for it, such as "Lunch"; null for a plain status. */
  readonly reason: string | null;
  /** The number of ongoing chats from then on. */
  readonly concurrentChats: number;
}

export interface Conversation {
  /** The same for all participants. */
  readonly guid: string;
  /** This person's part in it. */
  readonly channelGuid: string;
  readonly medium: 'Phone' | 'Chat' | 'Email' | 'Sms';
  readonly direction: 'Inbound' | 'Outbound' | 'Internal';
  readonly start: Instant;
  /** Null while the conversation is ongoing. */
  readonly end: Instant | null;
}

export interface BotTraffic {
  /** Distinct users, hence not additive over spans. */
  readonly users: number;
  readonly messages: number;
  readonly unhandled: number;
  readonly ambiguous: number;
  readonly mismatchedAmbiguous: number;
  readonly interventions: number;
}

/** A request as a fake vendor receives it. */
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

/** What a fake vendor works with. */
export interface SandboxWorld {
  readonly company: Company;
  now(): Instant;
}

/** An account's entry in the configuration of a gateway. */
export type FakeAccountConfig = Readonly<Record<string, unknown>> & { readonly name: string };

/** A further account at a fake vendor. */
export interface OtherAccount {
  readonly createAccountConfig: (baseUrl: string) => FakeAccountConfig;
  /** Whether a member of the company is in this account, and then in no other of the vendor. */
  readonly hasMember: (member: CompanyPerson | CompanyBot) => boolean;
}

/** A fake vendor: it handles requests, and provides the account configuration for a gateway. */
export interface FakeVendor {
  readonly handle: (request: SandboxRequest) => SandboxResponse | Promise<SandboxResponse>;
  /** The account's configuration for the URL at which the fake listens, with the sandbox's secrets in plain text. */
  readonly createAccountConfig: (baseUrl: string) => FakeAccountConfig;
  /** Other accounts that the company has with this vendor, at the same URL; absent: none. */
  readonly otherAccounts?: readonly OtherAccount[];
  /**
   * The vendor's reference to a member of the company; null for members without an account. For vendors that are not in
   * `refsByVendor`. Members with a reference are listed in the sandbox's directory.
   */
  readonly findReference?: (member: CompanyPerson | CompanyBot) => string | null;
}

export type FakeVendorFactory = (world: SandboxWorld) => FakeVendor;
