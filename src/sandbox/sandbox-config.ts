import { stringify } from 'yaml';
import type { CompanyBot, Company, FakeVendor, CompanyPerson } from '../vendors/sandbox.ts';

/** What a gateway is configured with to ask the sandbox; in the shape of its configuration file. */
export interface SandboxConfig {
  readonly accounts: readonly ReturnType<FakeVendor['createAccountConfig']>[];
  readonly agents: readonly SandboxDirectoryEntry[];
}

interface SandboxDirectoryEntry {
  readonly id: string;
  readonly kind: 'human' | 'virtual';
  readonly name: string;
  readonly email?: string;
  /** The agent's reference in each account, by the account's name. */
  readonly accounts: Readonly<Record<string, string>>;
}

/** Vonage has no list of its agents that a gateway reads: who works with it must be named. */
const isDiscoverable = ({ refsByVendor }: CompanyPerson): boolean => refsByVendor.vonage === undefined;

/** Five of eight of those who can be discovered are left to be. */
const isLeftToDiscovery = (nthDiscoverable: number): boolean => nthDiscoverable % 8 < 5;

const toSlug = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

/**
 * The seats as the directory words them: not always all of them, nor always by number. `nth`: the place among those on
 * LivePerson, if there.
 */
const listedReferences = ({ refsByVendor, email }: CompanyPerson, nth: number): CompanyPerson['refsByVendor'] => {
  const { liveperson, ...others } = refsByVendor;
  if (liveperson === undefined) return refsByVendor;
  // Found by discovery, and joined by the e-mail address that both vendors know.
  if (refsByVendor.kore !== undefined && nth % 3 === 2) return others;
  return nth % 3 === 1 ? { ...others, liveperson: email } : refsByVendor;
};

const toReferencesByAccount = (
  references: CompanyPerson['refsByVendor'],
  accounts: ReadonlyMap<string, string>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(references).flatMap(([vendor, reference]) => {
      const account = accounts.get(vendor);
      return account === undefined || reference === undefined ? [] : [[account, reference]];
    }),
  );

/** A fake vendor that listens, and the account that a gateway is to use. */
export interface RunningFakeVendor {
  /** As in the configuration. */
  readonly key: string;
  readonly fake: FakeVendor;
  readonly account: ReturnType<FakeVendor['createAccountConfig']>;
}

export const createSandboxConfig = (company: Company, vendors: readonly RunningFakeVendor[]): SandboxConfig => {
  const names = new Map(vendors.map(({ key, account }) => [key, account.name]));
  const ownReferences = (member: CompanyPerson | CompanyBot): CompanyPerson['refsByVendor'] =>
    Object.fromEntries(
      vendors.flatMap(({ key, fake }) => {
        const reference = fake.findReference?.(member) ?? null;
        return reference === null ? [] : [[key, reference]];
      }),
    );
  const discoverable = company.people.filter(
    (person) => isDiscoverable(person) && Object.keys(ownReferences(person)).length === 0,
  );
  const listedPeople = company.people.filter((person) => {
    const nth = discoverable.indexOf(person);
    return nth < 0 || !isLeftToDiscovery(nth);
  });
  const onLivePerson = listedPeople.filter(({ refsByVendor }) => refsByVendor.liveperson !== undefined);
  const people = listedPeople.map((person): SandboxDirectoryEntry => {
    const { firstName, lastName, email } = person;
    const id = toSlug(email.split('@')[0] ?? email);
    const accounts = toReferencesByAccount(
      { ...listedReferences(person, onLivePerson.indexOf(person)), ...ownReferences(person) },
      names,
    );
    return { id, kind: 'human', name: `${firstName} ${lastName}`, email, accounts: accounts };
  });
  const bots = company.bots.map((bot): SandboxDirectoryEntry => ({
    id: toSlug(bot.name),
    kind: 'virtual',
    name: bot.name,
    accounts: toReferencesByAccount({ ...bot.refsByVendor, ...ownReferences(bot) }, names),
  }));
  return { accounts: vendors.map(({ account }) => account), agents: [...people, ...bots] };
};

/** The configuration as the text of a file, with the sandbox's secrets, which protect nothing. */
export const formatSandboxConfig = (config: SandboxConfig): string => stringify(config);
