import { z } from 'zod';
import type { ConfigPath, ConfigIssue } from './config-error.ts';
import type { VendorDescriptor } from './vendor-descriptor.ts';

const optionalTextSchema = z.string().optional().catch(undefined);
const lenientArray = <Entry extends z.ZodType>(entry: Entry) => z.array(entry).catch([]);

/** As much of the file as the checks need and as can be read, however wrong the rest is. */
const partialConfigSchema = z
  .object({
    accounts: lenientArray(z.object({ name: optionalTextSchema, vendor: optionalTextSchema }).catch({})),
    agents: lenientArray(
      z
        .object({
          id: optionalTextSchema,
          email: optionalTextSchema,
          accounts: z.record(z.string(), z.coerce.string()).catch({}),
        })
        .catch({ accounts: {} }),
    ),
  })
  .catch({ accounts: [], agents: [] });
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

/** What no single entry shows: names that stand twice, and references that lead nowhere. */
export function crossCheck(file: unknown, vendors: readonly VendorDescriptor[]): readonly ConfigIssue[] {
  const config = partialConfigSchema.parse(file);
  const apiKeys = apiKeysSchema.parse(file);
  return [
    ...findDuplicates(config.accounts.map(({ name }, index) => ({ path: ['accounts', index, 'name'], value: name }))),
    ...findDuplicates(config.agents.map(({ id }, index) => ({ path: ['agents', index, 'id'], value: id }))),
    ...findDuplicates(apiKeys.map(({ name }, index) => ({ path: ['auth', 'apiKeys', index, 'name'], value: name }))),
    ...findDuplicates(
      apiKeys.map(({ sha256 }, index) => ({
        path: ['auth', 'apiKeys', index, 'sha256'],
        value: sha256?.toLowerCase(),
      })),
    ),
    ...findGrantIssues(apiKeys, config),
    ...findAgentIssues(config, vendors),
  ];
}

interface UniqueClaim {
  readonly path: ConfigPath;
  readonly value: string | undefined;
}

/** A fault for every claim whose value an earlier entry has; an entry may repeat itself. */
function findDuplicates(claims: readonly UniqueClaim[]): ConfigIssue[] {
  const firstPaths = new Map<string, ConfigPath>();
  return claims.flatMap(({ path, value }) => {
    if (value === undefined) return [];
    const earlierPath = firstPaths.get(value) ?? path;
    firstPaths.set(value, earlierPath);
    return formatEntry(earlierPath) === formatEntry(path)
      ? []
      : [{ path, message: `is the same as in ${formatEntry(earlierPath)}` }];
  });
}

/** The list entry that a path leads into, such as `agents[3]`. */
function formatEntry(path: ConfigPath): string {
  const index = path.findIndex((step) => typeof step === 'number');
  return `${path.slice(0, index).join('.')}[${String(path[index])}]`;
}

const UNKNOWN_ACCOUNT_MESSAGE = 'names no configured account';

function findGrantIssues(apiKeys: z.infer<typeof apiKeysSchema>, { accounts }: PartialConfig): ConfigIssue[] {
  const names = new Set<unknown>(accounts.map(({ name }) => name));
  return apiKeys.flatMap((key, index) =>
    key.accounts.flatMap((name, position) =>
      typeof name !== 'string' || names.has(name)
        ? []
        : [{ path: ['auth', 'apiKeys', index, 'accounts', position], message: UNKNOWN_ACCOUNT_MESSAGE }],
    ),
  );
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
  return [
    ...references.flatMap(({ path, account, ref, rules }) => {
      const message = vendorOf.has(account) ? rules?.problem(ref) : UNKNOWN_ACCOUNT_MESSAGE;
      return message ? [{ path, message }] : [];
    }),
    // One reference in two agents, or one e-mail address, would make them one and the same agent.
    ...findDuplicates(
      references.map(({ path, account, ref, rules }) => ({
        path,
        value: JSON.stringify([account, rules?.canonical(ref) ?? ref]),
      })),
    ),
    ...findDuplicates([
      ...agents.map(({ email }, index) => ({ path: ['agents', index, 'email'], value: email?.toLowerCase() })),
      ...references.map(({ path, ref, rules }) => ({ path, value: rules?.email(ref)?.toLowerCase() })),
    ]),
  ];
}
