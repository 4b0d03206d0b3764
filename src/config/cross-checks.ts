import { z } from 'zod';
import { findClosestName } from './closest-name.ts';
import type { ConfigIssue, ConfigPath } from './config-error.ts';
import { findCorsIssues } from './cors.ts';
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

/** Finds what no single entry shows: duplicate names, and references to nothing. */
export function crossCheck(file: unknown, vendors: readonly VendorDescriptor[]): readonly ConfigIssue[] {
  const config = partialConfigSchema.parse(file);
  const apiKeys = apiKeysSchema.parse(file);
  return [
    ...findDuplicates(
      'name',
      config.accounts.map(({ name }, index) => ({ path: ['accounts', index, 'name'], value: name, shown: name })),
    ),
    ...findDuplicates(
      'id',
      config.agents.map(({ id }, index) => ({ path: ['agents', index, 'id'], value: id, shown: id })),
    ),
    ...findDuplicates(
      'id',
      config.teams.map(({ id }, index) => ({ path: ['teams', index, 'id'], value: id, shown: id })),
    ),
    ...findDuplicates(
      'name',
      apiKeys.map(({ name }, index) => ({ path: ['auth', 'apiKeys', index, 'name'], value: name, shown: name })),
    ),
    ...findDuplicates(
      'digest',
      apiKeys.map(({ sha256 }, index) => ({
        path: ['auth', 'apiKeys', index, 'sha256'],
        value: sha256?.toLowerCase(),
      })),
    ),
    ...findCorsIssues(file),
    ...findGrantIssues(apiKeys, config),
    ...findTeamIssues(config),
    ...findAgentIssues(config, vendors),
  ];
}

interface UniqueClaim {
  readonly path: ConfigPath;
  readonly value: string | undefined;
  /** The value as it stands in the file, for the message; absent for one that must not be shown. */
  readonly shown?: string | undefined;
}

interface DuplicateIssue extends ConfigIssue {
  /** The two entries, whatever their order. */
  readonly entries: string;
}

/** Reports every claim whose value an earlier entry has already; repetitions within one entry are allowed. */
function findDuplicates(noun: string, claims: readonly UniqueClaim[]): DuplicateIssue[] {
  const firstPaths = new Map<string, ConfigPath>();
  return claims.flatMap(({ path, value, shown }) => {
    if (value === undefined) return [];
    const earlierPath = firstPaths.get(value) ?? path;
    firstPaths.set(value, earlierPath);
    const [earlierEntry, entry] = [formatEntry(earlierPath), formatEntry(path)];
    if (earlierEntry === entry) return [];
    const entries = [earlierEntry, entry].sort().join();
    return [{ path, message: withValue(`is the same ${noun} as in ${earlierEntry}`, shown), entries }];
  });
}

function toIssue({ path, message }: DuplicateIssue): ConfigIssue {
  return { path, message };
}

/** The list entry that a path leads into, such as `agents[3]`. */
function formatEntry(path: ConfigPath): string {
  const index = path.findIndex((step) => typeof step === 'number');
  return `${path.slice(0, index).join('.')}[${String(path[index])}]`;
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
  return agents.flatMap(({ team }, index) => {
    if (team === undefined || ids.includes(team)) return [];
    const message = withValue('is not the id of a configured team', team);
    return [{ path: ['agents', index, 'team'], message: withSuggestion(message, findClosestName(team, ids)) }];
  });
}

function findAgentIssues({ accounts, agents }: PartialConfig, vendors: readonly VendorDescriptor[]): ConfigIssue[] {
  const vendorOf = new Map(accounts.map(({ name, vendor }) => [name, vendors.find(({ key }) => key === vendor)]));
  const references = agents.flatMap((agent, index) =>
    Object.entries(agent.accounts).map(([account, ref]) => ({
      path: ['agents', index, 'accounts', account],
      account,
      ref,
      rules: vendorOf.get(account)?.references,
    })),
  );
  // Two agents with the same reference or e-mail address would be merged into one.
  const sameReferences = findDuplicates(
    'reference',
    references.map(({ path, account, ref, rules }) => ({
      path,
      value: JSON.stringify([account, rules?.canonical(ref) ?? ref]),
      shown: ref,
    })),
  );
  const sameAddresses = findDuplicates('e-mail address', [
    ...agents.map(({ email }, index) => ({
      path: ['agents', index, 'email'],
      value: email?.toLowerCase(),
      shown: email,
    })),
    ...references.map(({ path, ref, rules }) => ({ path, value: rules?.email(ref)?.toLowerCase(), shown: ref })),
  ]);
  const reported = new Set(sameReferences.map(({ entries }) => entries));
  return [
    ...references.flatMap(({ path, account, ref, rules }) => {
      const isKnown = vendorOf.has(account) || hasUnknownName(vendorOf.keys());
      const message = isKnown ? rules?.problem(ref) : UNKNOWN_ACCOUNT_MESSAGE;
      if (!message) return [];
      return [{ path, message: isKnown ? withValue(message, ref) : message }];
    }),
    ...sameReferences.map(toIssue),
    // Agents with the same address mostly have it in several places; each pair of agents is reported once.
    ...sameAddresses
      .filter(({ entries }) => {
        const isNew = !reported.has(entries);
        reported.add(entries);
        return isNew;
      })
      .map(toIssue),
  ];
}
