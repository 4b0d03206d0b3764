import { z } from 'zod';
import { findClosestName } from './closest-name.ts';
import type { ConfigIssue, ConfigPath } from './config-error.ts';
import { findCorsIssues } from './cors.ts';
import type { Person } from './directory-files/read-people.ts';
import {
  findDuplicates,
  type ListedEntry,
  type PositionOf,
  toListedEntry,
  toListedPerson,
  type UniqueClaim,
  withoutRepeatedPairs,
} from './duplicates.ts';
import { withSuggestion, withValue } from './named-value.ts';
import type { VendorDescriptor } from './vendor-descriptor.ts';

const optionalTextSchema = z.string().optional().catch(undefined);
function lenientArray<Entry extends z.ZodType>(entry: Entry) {
  return z.array(entry).catch([]);
}

/** The parts of the file that the checks need, as far as they are readable, whatever else is invalid. */
const partialConfigSchema = z
  .object({
    accounts: lenientArray(z.object({ name: optionalTextSchema, vendor: optionalTextSchema }).catch({})),
    agents: lenientArray(
      z
        .object({
          id: optionalTextSchema,
          email: optionalTextSchema,
          team: optionalTextSchema,
          accounts: z.record(z.string(), z.coerce.string()).catch({}),
        })
        .catch({ accounts: {} }),
    ),
    teams: lenientArray(z.object({ id: optionalTextSchema }).catch({})),
  })
  .catch({ accounts: [], agents: [], teams: [] });
type PartialConfig = z.infer<typeof partialConfigSchema>;

const apiKeysSchema = z
  .object({
    auth: z.object({
      apiKeys: lenientArray(
        z
          .object({ name: optionalTextSchema, sha256: optionalTextSchema, accounts: lenientArray(z.unknown()) })
          .catch({ accounts: [] }),
      ),
    }),
  })
  .transform(({ auth }) => auth.apiKeys)
  .catch([]);

export interface CrossCheckOptions {
  /** The configuration, as far as it is readable. */
  readonly raw: unknown;
  readonly vendors: readonly VendorDescriptor[];
  /** The people of directory files. */
  readonly people: readonly Person[];
  readonly positionOf: PositionOf;
}

/** Finds what no single entry shows: duplicate names, and references to nothing. */
export function crossCheck({ raw, vendors, people, positionOf }: CrossCheckOptions): readonly ConfigIssue[] {
  const config = partialConfigSchema.parse(raw);
  const apiKeys = apiKeysSchema.parse(raw);
  const listEntries = (list: ConfigPath, length: number) =>
    Array.from({ length }, (_, index) => toListedEntry(list, index, positionOf));
  const agents = [
    ...listEntries(['agents'], config.agents.length).map((entry, index) => ({
      ...(config.agents[index] ?? { accounts: {} }),
      entry,
    })),
    ...people.map((person) => ({ ...person.entry, entry: toListedPerson(person) })),
  ];
  const keyEntries = listEntries(['auth', 'apiKeys'], apiKeys.length);
  return [
    ...findEqual(
      'name',
      listEntries(['accounts'], config.accounts.length),
      config.accounts.map(({ name }) => name),
    ),
    ...findEqual(
      'id',
      listEntries(['teams'], config.teams.length),
      config.teams.map(({ id }) => id),
    ),
    ...findEqual(
      'name',
      keyEntries,
      apiKeys.map(({ name }) => name),
    ),
    ...findDuplicates(
      'digest',
      keyEntries.map((entry, index) => ({ entry, path: ['sha256'], value: apiKeys[index]?.sha256?.toLowerCase() })),
    ).map(({ issue }) => issue),
    ...findCorsIssues(raw),
    ...findGrantIssues(apiKeys, config),
    ...findTeamIssues(config),
    ...findAgentIssues(agents, config, vendors),
  ];
}

/** Finds entries with the same value of a key, which is no secret. */
function findEqual(
  key: 'id' | 'name',
  entries: readonly ListedEntry[],
  values: readonly (string | undefined)[],
): readonly ConfigIssue[] {
  const claims = entries.map((entry, index) => ({ entry, path: [key], value: values[index], shown: values[index] }));
  return findDuplicates(key, claims).map(({ issue }) => issue);
}

/** Whether a name has a placeholder that was not resolved: it may be any name. */
function hasUnknownName(names: Iterable<unknown>): boolean {
  return [...names].some((name) => typeof name === 'string' && name.includes('${'));
}

const UNKNOWN_ACCOUNT_MESSAGE = 'is not the name of a configured account';

function findGrantIssues(apiKeys: z.infer<typeof apiKeysSchema>, { accounts }: PartialConfig): ConfigIssue[] {
  const names = new Set<unknown>(accounts.map(({ name }) => name));
  if (hasUnknownName(names)) return [];
  return apiKeys.flatMap((key, index) =>
    key.accounts.flatMap((name, position) =>
      typeof name !== 'string' || names.has(name)
        ? []
        : [
            {
              path: ['auth', 'apiKeys', index, 'accounts', position],
              message: withValue(UNKNOWN_ACCOUNT_MESSAGE, name),
            },
          ],
    ),
  );
}

function findTeamIssues({ agents, teams }: PartialConfig): ConfigIssue[] {
  const ids = teams.flatMap(({ id }) => id ?? []);
  if (hasUnknownName(ids)) return [];
  const knownIds = new Set(ids);
  return agents.flatMap(({ team }, index) => {
    if (team === undefined || knownIds.has(team)) return [];
    const message = withValue('is not the id of a configured team', team);
    return [{ path: ['agents', index, 'team'], message: withSuggestion(message, findClosestName(team, ids)) }];
  });
}

/** An agent of the configuration, as far as it is readable, or of a directory file. */
interface ListedAgent {
  readonly entry: ListedEntry;
  readonly id?: string | undefined;
  readonly email?: string | undefined;
  readonly accounts: Readonly<Record<string, string>>;
}

function findAgentIssues(
  agents: readonly ListedAgent[],
  { accounts }: PartialConfig,
  vendors: readonly VendorDescriptor[],
): ConfigIssue[] {
  const vendorOf = new Map(accounts.map(({ name, vendor }) => [name, vendors.find(({ key }) => key === vendor)]));
  const hasUnknownAccount = hasUnknownName(vendorOf.keys());
  const references = agents.flatMap((agent) =>
    Object.entries(agent.accounts).map(([account, ref]) => ({
      entry: agent.entry,
      path: ['accounts', account],
      account,
      ref,
      rules: vendorOf.get(account)?.references,
    })),
  );
  const sameIds = findDuplicates(
    'id',
    agents.map(({ entry, id }) => ({ entry, path: ['id'], value: id, shown: id })),
  );
  // Two agents with the same reference or e-mail address would be merged into one.
  const sameReferences = findDuplicates(
    'reference',
    references.map(({ entry, path, account, ref, rules }) => ({
      entry,
      path,
      value: JSON.stringify([account, rules?.canonical(ref) ?? ref]),
      shown: ref,
    })),
  );
  const addresses = [
    ...agents.map(({ entry, email }) => ({ entry, path: ['email'], value: email?.toLowerCase(), shown: email })),
    ...references.map(({ entry, path, ref, rules }) => ({
      entry,
      path,
      value: rules?.email(ref)?.toLowerCase(),
      shown: ref,
    })),
  ];
  const sameAddresses = findDuplicates('e-mail address', addresses.toSorted(configurationFirst));
  return [
    ...references.flatMap(({ entry, path, account, ref, rules }) => {
      const isKnown = vendorOf.has(account) || hasUnknownAccount;
      const message = isKnown ? rules?.problem(ref) : UNKNOWN_ACCOUNT_MESSAGE;
      if (!message) return [];
      return [{ ...entry.locate(path), message: isKnown ? withValue(message, ref) : message }];
    }),
    // Agents that have one thing in common mostly have others, too; each pair of agents is reported once.
    ...withoutRepeatedPairs([...sameIds, ...sameReferences, ...sameAddresses]),
  ];
}

function configurationFirst(a: UniqueClaim, b: UniqueClaim): number {
  return Number(a.entry.isOfFile) - Number(b.entry.isOfFile);
}
