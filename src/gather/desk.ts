import type { Account } from '../domain/account.ts';
import type { SourceReport } from '../domain/source.ts';
import type { Asker, Directory } from '../directory/directory.ts';
import type { DirectoryView } from '../directory/view.ts';
import type { Connection, QueryScope, Sources } from '../vendors/vendor.ts';
import type { HealthBook } from './health.ts';

/** What lasts as long as the process. */
export interface House {
  /** In the configuration's order. */
  readonly connections: readonly Connection[];
  readonly directory: Directory;
  readonly health: HealthBook;
}

/** Who asks, until when, and what it has cost. */
export type Request = QueryScope & Asker;

/** What lasts as long as a query: the accounts that the caller may use, each opened when it is first needed. */
export interface Desk {
  readonly house: House;
  readonly request: Request;
  readonly accounts: readonly Account[];
  readonly mayUse: (account: string) => boolean;
  readonly account: (name: string) => Account;
  /** Who is who, vendors asked: once for the whole query, so that all of it sees the same agents. */
  readonly everybody: () => Promise<DirectoryView>;
  /** Null for an account that does not exist, or not for this caller. */
  readonly sources: (account: string) => Sources | null;
  readonly note: (report: SourceReport) => void;
}

export function openDesk(house: House, request: Request): Desk {
  const mine = new Map(
    house.connections.filter(({ account }) => request.mayUse(account.name)).map((one) => [one.account.name, one]),
  );
  const opened = new Map<string, Sources>();
  let everybody: Promise<DirectoryView> | undefined;
  return {
    house,
    request,
    accounts: [...mine.values()].map((connection) => connection.account),
    mayUse: (name) => mine.has(name),
    account(name) {
      const connection = mine.get(name);
      if (!connection) throw new Error('an answer came from an account that this caller may not use');
      return connection.account;
    },
    everybody: () => (everybody ??= house.directory.complete(request)),
    sources(name) {
      const connection = mine.get(name);
      if (!connection) return null;
      let sources = opened.get(name);
      if (!sources) opened.set(name, (sources = connection.open(request)));
      return sources;
    },
    note: house.health.note,
  };
}
