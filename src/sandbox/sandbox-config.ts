import { stringify } from 'yaml';
import type { Team } from '../domain/team.ts';
import type { Company, CompanyBot, CompanyPerson, FakeAccountConfig, FakeVendor } from '../vendors/sandbox.ts';

/** The configuration of a gateway that uses the sandbox, in the shape of the configuration file. */
export interface SandboxConfig {
  readonly accounts: readonly FakeAccountConfig[];
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

function toTeam({ team }: CompanyPerson | CompanyBot): Pick<SandboxDirectoryEntry, 'team'> {
  return team === undefined ? {} : { team };
}

/** The gateway reads no agent list from Vonage, so people with a Vonage account must be in the directory. */
function isDiscoverable({ refsByVendor }: CompanyPerson): boolean {
  return refsByVendor.vonage === undefined;
}

/**
 * Two of three discoverable people are not in the directory. Each six have three kinds of accounts and are spread over all sites;
 * every site has someone who is listed.
 */
function isLeftToDiscovery(nthDiscoverable: number): boolean {
  const isEvenSix = Math.floor(nthDiscoverable / 6) % 2 === 0;
  return ![0, isEvenSix ? 4 : 3].includes(nthDiscoverable % 6);
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
  member: CompanyPerson | CompanyBot,
  references: CompanyPerson['refsByVendor'],
  vendors: readonly RunningFakeVendor[],
): Record<string, string> {
  return Object.fromEntries(
    vendors.flatMap(({ key, fake, baseUrl }) => {
      const reference = references[key];
      const { createAccountConfig } = fake.otherAccounts?.find(({ hasMember }) => hasMember(member)) ?? fake;
      return reference === undefined ? [] : [[createAccountConfig(baseUrl).name, reference]];
    }),
  );
}

/** A running fake vendor. */
export interface RunningFakeVendor {
  /** The vendor's key in the configuration. */
  readonly key: string;
  readonly fake: FakeVendor;
  readonly baseUrl: string;
}

export function createSandboxConfig(company: Company, vendors: readonly RunningFakeVendor[]): SandboxConfig {
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
    const references = { ...listedReferences(person, onLivePerson.indexOf(person)), ...ownReferences(person) };
    const accounts = toReferencesByAccount(person, references, vendors);
    return { id, kind: 'human', name: `${firstName} ${lastName}`, email, ...toTeam(person), accounts };
  });
  const bots = company.bots.map((bot): SandboxDirectoryEntry => ({
    id: toSlug(bot.name),
    kind: 'virtual',
    name: bot.name,
    ...toTeam(bot),
    accounts: toReferencesByAccount(bot, { ...bot.refsByVendor, ...ownReferences(bot) }, vendors),
  }));
  const accounts = vendors.flatMap(({ fake, baseUrl }) =>
    [fake, ...(fake.otherAccounts ?? [])].map(({ createAccountConfig }) => createAccountConfig(baseUrl)),
  );
  return { accounts, agents: [...people, ...bots], teams: company.teams ?? [] };
}

/** Formats the configuration as YAML, including the sandbox's secrets, which protect nothing. */
export function formatSandboxConfig(config: SandboxConfig): string {
  return stringify(config);
}
