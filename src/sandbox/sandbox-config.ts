import { stringify } from 'yaml';
import type { Team } from '../domain/team.ts';
import type { Company, CompanyBot, CompanyPerson, FakeVendor } from '../vendors/sandbox.ts';

/** The configuration of a gateway that uses the sandbox, in the shape of the configuration file. */
export interface SandboxConfig {
  readonly accounts: readonly ReturnType<FakeVendor['createAccountConfig']>[];
  readonly agents: readonly SandboxDirectoryEntry[];
  readonly teams: readonly Team[];
}

interface SandboxDirectoryEntry {
  readonly id: string;
  readonly kind: 'human' | 'virtual';
  readonly name: string;
  readonly email?: string;
  /** The id of one of the teams. */
  readonly team?: string;
  /** The agent's reference in each account, by the account's name. */
  readonly accounts: Readonly<Record<string, string>>;
}

const TEAMS: readonly Team[] = [
  { id: 'phone', name: 'Phone support' },
  { id: 'chat', name: 'Chat support' },
  { id: 'back-office', name: 'Back office' },
  { id: 'bots', name: 'Bots' },
];

/** The team of a person follows from the vendors that the person works with. */
function teamOf({ refsByVendor }: CompanyPerson): string {
  if (refsByVendor.vonage !== undefined) return 'phone';
  return refsByVendor.liveperson === undefined ? 'back-office' : 'chat';
}

/** The gateway reads no agent list from Vonage, so people with a Vonage account must be in the directory. */
function isDiscoverable({ refsByVendor }: CompanyPerson): boolean {
  return refsByVendor.vonage === undefined;
}

/** Five of eight discoverable people are not in the directory. */
function isLeftToDiscovery(nthDiscoverable: number): boolean {
  return nthDiscoverable % 8 < 5;
}

function toSlug(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

/**
 * Returns the references that the directory lists: some leave out an account, and some name LivePerson agents by login name
 * instead of number. `nth` is the person's index among the listed people with a LivePerson account.
 */
function listedReferences({ refsByVendor, email }: CompanyPerson, nth: number): CompanyPerson['refsByVendor'] {
  const { liveperson, ...others } = refsByVendor;
  if (liveperson === undefined) return refsByVendor;
  // Discovery finds this account and links it by the e-mail address, which both vendors have.
  if (refsByVendor.kore !== undefined && nth % 3 === 2) return others;
  return nth % 3 === 1 ? { ...others, liveperson: email } : refsByVendor;
}

function toReferencesByAccount(
  references: CompanyPerson['refsByVendor'],
  accounts: ReadonlyMap<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(references).flatMap(([vendor, reference]) => {
      const account = accounts.get(vendor);
      return account === undefined || reference === undefined ? [] : [[account, reference]];
    }),
  );
}

/** A running fake vendor and its account in the gateway's configuration. */
export interface RunningFakeVendor {
  /** The vendor's key in the configuration. */
  readonly key: string;
  readonly fake: FakeVendor;
  readonly account: ReturnType<FakeVendor['createAccountConfig']>;
}

export function createSandboxConfig(company: Company, vendors: readonly RunningFakeVendor[]): SandboxConfig {
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
    return { id, kind: 'human', name: `${firstName} ${lastName}`, email, team: teamOf(person), accounts };
  });
  const bots = company.bots.map((bot): SandboxDirectoryEntry => ({
    id: toSlug(bot.name),
    kind: 'virtual',
    name: bot.name,
    team: 'bots',
    accounts: toReferencesByAccount({ ...bot.refsByVendor, ...ownReferences(bot) }, names),
  }));
  return { accounts: vendors.map(({ account }) => account), agents: [...people, ...bots], teams: TEAMS };
}

/** Formats the configuration as YAML, including the sandbox's secrets, which protect nothing. */
export function formatSandboxConfig(config: SandboxConfig): string {
  return stringify(config);
}
