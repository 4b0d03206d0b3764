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
  readonly everybody: () => DirectoryView | Promise<DirectoryView>;
  /** Null for an account that does not exist, or not for this caller. */
  readonly sources: (account: string) => Sources | null;
  readonly note: (report: SourceReport) => void;
  /**
   * Finds something out, the first time; then tells it again, without a promise as soon as it is known: an answer may come by
   * the same thing in very many places, and graphql-js makes several objects of each promise.
   */
  readonly once: <T>(name: string, find: () => Promise<T>) => T | Promise<T>;
}

export function openDesk(house: House, request: Request): Desk {
  const mine = new Map(
    house.connections.filter(({ account }) => request.mayUse(account.name)).map((one) => [one.account.name, one]),
  );
  const opened = new Map<string, Sources>();
  const once = createMemory();
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
    everybody: () => once('everybody', () => house.directory.complete(request)),
    sources(name) {
      const connection = mine.get(name);
      if (!connection) return null;
      let sources = opened.get(name);
      if (!sources) opened.set(name, (sources = connection.open(request)));
      return sources;
    },
    note: house.health.note,
    once,
  };
}

function createMemory(): Desk['once'] {
  const known = new Map<string, unknown>();
  return <T>(name: string, find: () => Promise<T>) => {
    if (known.has(name)) return known.get(name) as T | Promise<T>;
    const finding = find();
    known.set(name, finding);
    // Whoever asked hears of a failure; it stays one.
    finding.then((found) => known.set(name, found)).catch(() => undefined);
    return finding;
  };
}
