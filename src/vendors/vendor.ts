import type { ZodType } from 'zod';
import type { AccountCache } from '../cache/cache.ts';
import type { ExtentOf } from '../cache/purge-rule.ts';
import type { SharedTokenStore } from '../cache/token-store.ts';
import type { AccountConfig } from '../config/account.ts';
import type { Ttl } from '../config/cache.ts';
import type { Account, VendorName } from '../domain/account.ts';
import type { DiscoveredAgent } from '../domain/agent.ts';
import type { Clock } from '../domain/clock.ts';
import type { Interaction, InteractionQuery } from '../domain/interaction.ts';
import type { MaybePromise } from '../domain/maybe-promise.ts';
import type { Session } from '../domain/session.ts';
import type { SourcedResult } from '../domain/source.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import type { TimeRange } from '../domain/time.ts';
import type { UsageQuery, UsageStats } from '../domain/usage-stats.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import type { CallContext, VendorHttp } from '../http/types.ts';
import type { RequestContext } from '../request/request-context.ts';
import type { AccountCallEstimates } from './call-estimate.ts';
import type { ContentMemory } from './content-memory.ts';
import type { OnDropped } from './ports.ts';
import type { FakeVendorFactory } from './sandbox.ts';

/**
 * What the gateway needs of a vendor. There are two lifetimes. `connect` is called once per account and process, and keeps
 * what must outlive a query (tokens, key material). `createDataSource` is called once per query and account, and keeps what
 * must not (batching loaders).
 */
export interface VendorAdapter<Config extends AccountConfig = AccountConfig> {
  readonly name: VendorName;
  /** The value of `vendor` in an account's configuration, and the folder's name. */
  readonly key: string;
  /** The schema of an account's configuration: strict, every key described. */
  readonly config: ZodType<Config>;
  readonly references: ReferenceRules;
  readonly connect: (config: Config, dependencies: AdapterDependencies) => AccountAdapter;
  /** Creates the fake vendor of the sandbox. */
  readonly createFakeVendor: FakeVendorFactory;
}

/** How this vendor's references to agents are read. */
export interface ReferenceRules {
  /** Why this text cannot be a reference; null when it can. */
  readonly problem: (ref: string) => string | null;
  /** Equal for references to the same agent. */
  readonly canonical: (ref: string) => string;
  /** The e-mail address that the reference itself is; null when it is not an address. */
  readonly email: (ref: string) => string | null;
}

/** What an account's adapter works with, for the life of the process. */
export interface AdapterDependencies {
  readonly account: Account;
  readonly clock: Clock;
  readonly http: VendorHttp;
  readonly cache: AccountCache;
  /** Shares tokens with other processes; absent where there is only one process. */
  readonly tokenStore?: SharedTokenStore | undefined;
  readonly ttl: Ttl;
  /** Receives the number of records or files that were left out of a response. */
  readonly onDropped: OnDropped;
  /** The memory for content besides the cache, shared by all accounts; absent: the account has its own. */
  readonly contentMemory?: ContentMemory | undefined;
  /** Receives the error of a token that could not be obtained; once, however many requests wait for it. */
  readonly onTokenRenewalFailed?: (error: VendorError) => void;
}

/** What `createLoaders` and `createDataSource` of a vendor work with, for the life of the process. */
export interface DataSourceDependencies<Config, Client> extends Pick<AdapterDependencies, 'account' | 'cache' | 'ttl'> {
  readonly config: Config;
  readonly client: Client;
}

/** A connected account. */
export interface AccountAdapter extends AccountCallEstimates {
  readonly account: Account;
  readonly createDataSource: (request: DataSourceContext) => AccountDataSource;
  /** The result of `discover` as far as it is cached; null when a call would be needed. Present together with `discover`. */
  readonly cachedAgents?: () => Promise<readonly DiscoveredAgent[] | null>;
  /** What the account's cached values hold, for a purge of one agent or time; absent: such a purge drops all of them. */
  readonly extentOf?: ExtentOf;
  /** Drops what is derived from cached values and kept. */
  readonly forgetDerived?: () => void;
  /**
   * Makes one harmless call, past the cache, that shows whether the vendor accepts the account; rejects with a VendorError.
   * Resolves to false without a call where one needs an agent and `ref` is null.
   */
  readonly probe?: (ref: string | null, context: CallContext) => Promise<boolean>;
}

/** The part of a request's context that a data source uses. */
export type DataSourceContext = CallContext &
  Pick<RequestContext, 'now' | 'takeFileBudget'> &
  Partial<Pick<RequestContext, 'onClose'>>;

/**
 * What an account provides within one query. A capability that the vendor lacks is left out. Every function may reject with
 * a VendorError; with part of the data it resolves and reports what is missing. What is complete and fresh in memory is returned
 * without a promise.
 */
export interface AccountDataSource {
  /** The agents that the vendor lists, whether or not they are configured. */
  readonly discover?: () => Promise<SourcedResult<readonly DiscoveredAgent[]>>;
  /** Every period that overlaps the range, unclipped, by start. */
  readonly statusPeriods?: (ref: string, during: TimeRange) => MaybePromise<SourcedResult<readonly StatusPeriod[]>>;
  /** The ongoing period; left out where the vendor's data arrives too late to have one. */
  readonly currentStatus?: (ref: string) => MaybePromise<SourcedResult<StatusPeriod | null>>;
  /** Every session whose events overlap the range, by its first event. */
  readonly sessions?: (ref: string, during: TimeRange) => MaybePromise<SourcedResult<readonly Session[]>>;
  /** The session of a period that this data source returned. Makes no call. */
  readonly findSession?: (period: StatusPeriod) => Session | null;
  /** In the vendor's own order. */
  readonly latestInteractions?: (
    ref: string,
    query: InteractionQuery,
  ) => MaybePromise<SourcedResult<readonly Interaction[]>>;
  readonly usageStats?: (ref: string, query: UsageQuery) => MaybePromise<SourcedResult<UsageStats>>;
}

/** What an account can provide, by the name of the function. */
export type Capability = Exclude<keyof AccountDataSource, 'findSession'>;

/** Registers a vendor. The type of its account configuration is visible to its own `config` and `connect` only. */
export function defineVendor<Config extends AccountConfig>(vendor: VendorAdapter<Config>): VendorAdapter {
  return vendor as unknown as VendorAdapter;
}
