import { stringify } from 'yaml';
import type { Bot, Company, FakeVendor, Person } from '../vendors/sandbox.ts';

/** What a gateway is configured with to ask the sandbox; in the shape of its configuration file. */
export interface SandboxConfiguration {
  readonly accounts: readonly ReturnType<FakeVendor['account']>[];
  readonly agents: readonly DirectoryEntry[];
}

interface DirectoryEntry {
  readonly id: string;
  readonly kind: 'human' | 'virtual';
  readonly name: string;
  readonly email?: string;
  /** The agent's reference in each account, by the account's name. */
  readonly accounts: Readonly<Record<string, string>>;
}

/** Vonage has no list of its agents that a gateway reads: who works with it must be named. */
const isDiscoverable = ({ seats }: Person): boolean => seats.vonage === undefined;

/** Five of eight of those who can be discovered are left to be. */
const isLeftOut = (nthDiscoverable: number): boolean => nthDiscoverable % 8 < 5;

const slug = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

/**
 * The seats as the directory words them: not always all of them, nor always by number. `nth`: the place among those on
 * LivePerson, if there.
 */
const wordedSeats = ({ seats, email }: Person, nth: number): Person['seats'] => {
  const { liveperson, ...others } = seats;
  if (liveperson === undefined) return seats;
  // Found by discovery, and joined by the e-mail address that both vendors know.
  if (seats.kore !== undefined && nth % 3 === 2) return others;
  return nth % 3 === 1 ? { ...others, liveperson: email } : seats;
};

const inAccounts = (seats: Person['seats'], accounts: ReadonlyMap<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(seats).flatMap(([vendor, reference]) => {
      const account = accounts.get(vendor);
      return account === undefined || reference === undefined ? [] : [[account, reference]];
    }),
  );

/** A fake vendor that listens, and the account that a gateway is to use. */
export interface OpenedVendor {
  /** As in the configuration. */
  readonly key: string;
  readonly fake: FakeVendor;
  readonly account: ReturnType<FakeVendor['account']>;
}

export const configure = (company: Company, vendors: readonly OpenedVendor[]): SandboxConfiguration => {
  const names = new Map(vendors.map(({ key, account }) => [key, account.name]));
  const ownSeats = (member: Person | Bot): Person['seats'] =>
    Object.fromEntries(
      vendors.flatMap(({ key, fake }) => {
        const reference = fake.referenceOf?.(member) ?? null;
        return reference === null ? [] : [[key, reference]];
      }),
    );
  const discoverable = company.people.filter(
    (person) => isDiscoverable(person) && Object.keys(ownSeats(person)).length === 0,
  );
  const named = company.people.filter((person) => {
    const nth = discoverable.indexOf(person);
    return nth < 0 || !isLeftOut(nth);
  });
  const onLivePerson = named.filter(({ seats }) => seats.liveperson !== undefined);
  const people = named.map((person): DirectoryEntry => {
    const { firstName, lastName, email } = person;
    const id = slug(email.split('@')[0] ?? email);
    const seats = inAccounts({ ...wordedSeats(person, onLivePerson.indexOf(person)), ...ownSeats(person) }, names);
    return { id, kind: 'human', name: `${firstName} ${lastName}`, email, accounts: seats };
  });
  const bots = company.bots.map((bot): DirectoryEntry => ({
    id: slug(bot.name),
    kind: 'virtual',
    name: bot.name,
    accounts: inAccounts({ ...bot.seats, ...ownSeats(bot) }, names),
  }));
  return { accounts: vendors.map(({ account }) => account), agents: [...people, ...bots] };
};

/** The configuration as the text of a file, with the sandbox's secrets, which protect nothing. */
export const printConfiguration = (configuration: SandboxConfiguration): string => stringify(configuration);
