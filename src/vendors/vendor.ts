import type { ZodType } from 'zod';
import type { AccountCache } from '../cache/cache.ts';
import type { SharedTokenStore } from '../cache/token-store.ts';
import type { AccountConfig } from '../config/account.ts';
import type { Ttl } from '../config/cache.ts';
import type { Account, VendorName } from '../domain/account.ts';
import type { DiscoveredAgent } from '../domain/agent.ts';
import type { Clock } from '../domain/clock.ts';
import type { Interaction, InteractionQuery } from '../domain/interaction.ts';
import type { Session } from '../domain/session.ts';
import type { SourcedResult } from '../domain/source.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import type { TimeRange } from '../domain/time.ts';
import type { UsageQuery, UsageStats } from '../domain/usage-stats.ts';
import type { CallContext, VendorHttp } from '../http/types.ts';
import type { RequestContext } from '../request/request-context.ts';
import type { AccountCallEstimates } from './call-estimate.ts';
import type { FakeVendorFactory } from './sandbox.ts';

/**
 * What the gateway knows of a vendor. There are two lifetimes: `connect` is called once for each account in the process's
 * life and keeps what must outlive a query (tokens, key material); `open` is called once for each query and account and
 * keeps what must not (batching loaders).
 */
export interface VendorAdapter<Config extends AccountConfig = AccountConfig> {
  readonly name: VendorName;
  /** The value of `vendor` in an account's configuration, and the folder's name. */
  readonly key: string;
  /** An account's entry in the configuration: strict, every key described. */
  readonly config: ZodType<Config>;
  readonly references: ReferenceRules;
  readonly connect: (config: Config, dependencies: AdapterDependencies) => AccountAdapter;
  /** The fake vendor of the sandbox. */
  readonly createFakeVendor: FakeVendorFactory;
}

/** How this vendor's references to agents are to be read. */
export interface ReferenceRules {
  /** Why this text cannot be a reference; null when it can. */
  readonly problem: (ref: string) => string | null;
  /** Equal for references that mean the same agent. */
  readonly canonical: (ref: string) => string;
  /** The e-mail address that the reference itself is; null when it is none. */
  readonly email: (ref: string) => string | null;
}

/** What an account's connection is given for life. */
export interface AdapterDependencies {
  readonly account: Account;
  readonly clock: Clock;
  readonly http: VendorHttp;
  readonly cache: AccountCache;
  /** Shares tokens with other processes; absent where there is but one. */
  readonly tokenStore?: SharedTokenStore | undefined;
  readonly ttl: Ttl;
}

/** An account, connected. */
export interface AccountAdapter extends AccountCallEstimates {
  readonly account: Account;
  readonly createDataSource: (request: DataSourceContext) => AccountDataSource;
  /** What `discover` would answer without a call; null when it would have to make one. Goes with `discover`. */
  readonly cachedAgents?: () => Promise<readonly DiscoveredAgent[] | null>;
}

/** The part of a request's context that a data source uses. */
export type DataSourceContext = CallContext & Pick<RequestContext, 'now' | 'takeFileBudget'>;

/**
 * What an account can tell, within one query. A question that the vendor knows nothing about is left out. All may reject
 * with a VendorError; with part of the data they resolve, and say in the report what is missing.
 */
export interface AccountDataSource {
  /** The agents that the vendor names of its own accord. */
  readonly discover?: () => Promise<SourcedResult<readonly DiscoveredAgent[]>>;
  /** Every period that overlaps the range, unclipped, by start. */
  readonly statusPeriods?: (ref: string, during: TimeRange) => Promise<SourcedResult<readonly StatusPeriod[]>>;
  /** The period that is going on now; left out where the vendor's data comes too late to say. */
  readonly currentStatus?: (ref: string) => Promise<SourcedResult<StatusPeriod | null>>;
  /** Every session whose events overlap the range, by its first event. */
  readonly sessions?: (ref: string, during: TimeRange) => Promise<SourcedResult<readonly Session[]>>;
  /** The session that a period belongs to which these very sources told of; asks nobody. */
  readonly findSession?: (period: StatusPeriod) => Session | null;
  /** In the vendor's own order. */
  readonly latestInteractions?: (
    ref: string,
    query: InteractionQuery,
  ) => Promise<SourcedResult<readonly Interaction[]>>;
  readonly usageStats?: (ref: string, query: UsageQuery) => Promise<SourcedResult<UsageStats>>;
}

/** What an account can be asked, by the name of the function. */
export type Capability = Exclude<keyof AccountDataSource, 'findSession'>;

/** Registers a vendor: each may have an account configuration of its own, which only its own `config` and `connect` see. */
export function defineVendor<Config extends AccountConfig>(vendor: VendorAdapter<Config>): VendorAdapter {
  return vendor as unknown as VendorAdapter;
}
