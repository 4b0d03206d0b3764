import type { DirectoryEntry } from '../config/settings.ts';
import type { Agent, DiscoveredAgent } from '../domain/agent.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { VendorError } from '../domain/vendor-error.ts';
import type { SourceReport } from '../domain/source.ts';
import { failureReport } from '../domain/source.ts';
import type { CallRecord } from '../http/call.ts';
import { vendorError } from '../http/reply.ts';
import { untilAborted } from '../http/until-aborted.ts';
import type { Connection, QueryScope } from '../vendors/vendor.ts';
import { type DirectoryView, type Discovery, type KnownAccount, createView } from './view.ts';

/** An account whose vendor may name agents of its own accord. */
export interface DirectoryAccount extends KnownAccount {
  readonly connection: Connection;
  readonly discover: boolean;
}

export interface DirectoryOptions {
  readonly entries: readonly DirectoryEntry[];
  /** In the configuration's order. */
  readonly accounts: readonly DirectoryAccount[];
  readonly clock: Clock;
  /** So long a discovery is waited for; after that queries go on without, and the discovery for those who come later. */
  readonly patienceMs: number;
  /** How many files one discovery may download: none of a query's, which would leave others with what one had left. */
  readonly maxFiles: number;
  /** Told how asking each account went. */
  readonly onReport: (report: SourceReport) => void;
  /** Told of what an account's discovery threw without meaning to. */
  readonly onUnexpected: (error: unknown) => void;
}

/** Who asks, as far as the directory is concerned. */
export interface Asker {
  readonly mayUse: (account: string) => boolean;
  /** Aborted when the asker waits no longer. */
  readonly signal: AbortSignal;
  /** Told of the calls that a discovery makes on the asker's behalf. */
  readonly record: (call: CallRecord) => void;
  /** Told until when a discovery's answer may be kept. */
  readonly expires: (at: Instant) => void;
}

/** Who is who. */
export interface Directory {
  /** What the configuration alone says. */
  readonly listed: (asker: Asker) => DirectoryView;
  /**
   * The same, together with what the vendors name. An account that cannot be asked, or not before the asker must go, costs only
   * its own agents.
   */
  readonly complete: (asker: Asker) => Promise<DirectoryView>;
  /** The same as `complete`, from what the cache knows already; null when some account would have to be asked. */
  readonly recall: (asker: Asker) => Promise<DirectoryView | null>;
  /** The accounts that may name agents of their own accord. */
  readonly discovering: (asker: Asker) => ReadonlySet<string>;
  /** Whether the vendors might add something to an agent of the configuration. */
  readonly mayGrow: (agent: Agent, asker: Asker) => boolean;
}

/** An account whose discovery failed is left alone for so long. */
const REST = 30 * SECOND;

interface Found extends Discovery {
  /** Until when it may be kept. */
  readonly freshUntil: Instant;
}

export function createDirectory(options: DirectoryOptions): Directory {
  const { entries, accounts, clock } = options;
  const restUntil = new Map<string, Instant>();
  const underWay = new Map<string, Promise<Found>>();
  const latest = new Map<string, Found>();
  const views = new Map<string, { readonly found: readonly Found[]; readonly view: DirectoryView }>();

  const visible = (asker: Asker): readonly DirectoryAccount[] => accounts.filter(({ name }) => asker.mayUse(name));
  const discovering = (asker: Asker) => visible(asker).filter(({ discover }) => discover);

  /** A discovery belongs to no query: it is neither cancelled with one nor bound by one's deadline. */
  async function ask(account: DirectoryAccount, asker: Asker): Promise<Found> {
    let freshUntil = Infinity;
    const scope: QueryScope = {
      signal: new AbortController().signal,
      record: asker.record,
      expires: (at) => {
        freshUntil = Math.min(freshUntil, at);
      },
      now: clock.now(),
      grantFiles: (wanted) => Math.min(wanted, options.maxFiles),
    };
    const answer = await account.connection.open(scope).discover?.();
    for (const report of answer?.sources ?? []) options.onReport(report);
    return { account, agents: answer?.data ?? [], freshUntil };
  }

  /** Everybody asks for everybody: an answer that nobody thought of must not be the end of the other accounts. */
  function unreadable({ vendor, name }: DirectoryAccount, error: unknown): VendorError {
    options.onUnexpected(error);
    const target = { vendor, account: name, endpoint: 'discovery' };
    return vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'unreadable' });
  }

  /** What an account named last time: its word while it is asked anew. */
  const lastWordOf = (account: DirectoryAccount): Found => ({
    ...(latest.get(account.name) ?? nobodyIn(account)),
    freshUntil: -Infinity,
  });

  const rests = ({ name }: DirectoryAccount): boolean => (restUntil.get(name) ?? -Infinity) > clock.elapsed();

  async function discover(account: DirectoryAccount, asker: Asker): Promise<Found> {
    if (rests(account)) return nobodyIn(account);
    const { signal } = asker;
    if (signal.aborted) return lastWordOf(account);
    let asking = underWay.get(account.name);
    if (!asking) {
      const discovery = ask(account, asker)
        .catch((error: unknown) => {
          restUntil.set(account.name, clock.elapsed() + REST);
          options.onReport(failureReport(error instanceof VendorError ? error : unreadable(account, error)));
          return nobodyIn(account);
        })
        .then((found) => {
          latest.set(account.name, found);
          return found;
        })
        .finally(() => underWay.delete(account.name));
      asking = patiently(discovery, () => lastWordOf(account), options.patienceMs, clock);
      underWay.set(account.name, asking);
    }
    try {
      return await untilAborted(asking, signal);
    } catch (error) {
      // Others may still wait for it.
      if (error === signal.reason) return lastWordOf(account);
      throw error;
    }
  }

  /** The views of callers with the same accounts are the same; each is made anew only when a discovery has changed. */
  function viewOf(mine: readonly DirectoryAccount[], found: readonly Found[]): DirectoryView {
    const key = `${found.length > 0 ? 'complete' : 'listed'}:${mine.map(({ name }) => name).join()}`;
    const kept = views.get(key);
    if (kept?.found.every((one, index) => sameAgents(one.agents, found[index]?.agents ?? []))) return kept.view;
    const view = createView(entries, mine, found);
    if (!kept && views.size >= MOST_VIEWS) views.clear();
    views.set(key, { found, view });
    return view;
  }

  return {
    listed: (asker) => viewOf(visible(asker), []),

    async complete(asker) {
      const found = await Promise.all(discovering(asker).map((one) => discover(one, asker)));
      for (const one of found) asker.expires(one.freshUntil);
      return viewOf(visible(asker), found);
    },

    async recall(asker) {
      const found = await Promise.all(
        discovering(asker).map(async (account): Promise<Discovery | null> => {
          if (rests(account)) return nobodyIn(account);
          const agents = await account.connection.recall?.();
          return agents ? { account, agents } : null;
        }),
      );
      return found.every((one) => one !== null) ? createView(entries, visible(asker), found) : null;
    },

    discovering: (asker) => new Set(discovering(asker).map(({ name }) => name)),

    mayGrow(agent, asker) {
      const isSeat = ({ name }: DirectoryAccount) => agent.seats.some((seat) => seat.account === name);
      const known = discovering(asker).filter(isSeat);
      const others = discovering(asker).filter((account) => !isSeat(account));
      // An account that knows the agent may tell a name and an address; an address may be known to further accounts.
      const lacks = agent.name === null || agent.email === null;
      return (known.length > 0 && lacks) || (others.length > 0 && agent.email !== null);
    },
  };
}

function nobodyIn(account: DirectoryAccount): Found {
  return { account, agents: [], freshUntil: -Infinity };
}

/** Whether two answers say the same. A kept one is the very same, or made again of the same parts. */
function sameAgents(some: readonly DiscoveredAgent[], others: readonly DiscoveredAgent[]): boolean {
  if (some === others) return true;
  return (
    some.length === others.length &&
    some.every(({ ref, name, email, aliases }, index) => {
      const other = others[index];
      return (
        ref === other?.ref &&
        name === other.name &&
        email === other.email &&
        aliases.join('\n') === other.aliases.join('\n')
      );
    })
  );
}

/** Callers differ in few ways; should there be more, views are simply made again. */
const MOST_VIEWS = 100;

/** Counts from the discovery's beginning: whoever comes while a late one goes on does not wait for it all over again. */
async function patiently<T>(promise: Promise<T>, otherwise: () => T, ms: number, clock: Clock): Promise<T> {
  let stop: () => void = () => undefined;
  const patience = new Promise<T>((resolve) => {
    stop = clock.after(ms, () => {
      resolve(otherwise());
    });
  });
  try {
    return await Promise.race([promise, patience]);
  } finally {
    stop();
  }
}
