import { z } from 'zod';
import type { ConfigPath, Fault } from './problem.ts';
import type { VendorForm } from './vendor-form.ts';

const text = z.string().optional().catch(undefined);
const list = <Entry extends z.ZodType>(entry: Entry) => z.array(entry).catch([]);

/** As much of the file as the checks need and as can be read, however wrong the rest is. */
const outline = z
  .object({
    accounts: list(z.object({ name: text, vendor: text }).catch({})),
    agents: list(
      z
        .object({ id: text, email: text, accounts: z.record(z.string(), z.coerce.string()).catch({}) })
        .catch({ accounts: {} }),
    ),
  })
  .catch({ accounts: [], agents: [] });
type Outline = z.infer<typeof outline>;

const keys = z
  .object({
    auth: z.object({
      apiKeys: list(z.object({ name: text, sha256: text, accounts: list(z.unknown()) }).catch({ accounts: [] })),
    }),
  })
  .transform(({ auth }) => auth.apiKeys)
  .catch([]);

/** What no single entry shows: names that stand twice, and references that lead nowhere. */
export function crossCheck(file: unknown, vendors: readonly VendorForm[]): readonly Fault[] {
  const config = outline.parse(file);
  const apiKeys = keys.parse(file);
  return [
    ...repeated(config.accounts.map(({ name }, index) => ({ path: ['accounts', index, 'name'], value: name }))),
    ...repeated(config.agents.map(({ id }, index) => ({ path: ['agents', index, 'id'], value: id }))),
    ...repeated(apiKeys.map(({ name }, index) => ({ path: ['auth', 'apiKeys', index, 'name'], value: name }))),
    ...repeated(
      apiKeys.map(({ sha256 }, index) => ({
        path: ['auth', 'apiKeys', index, 'sha256'],
        value: sha256?.toLowerCase(),
      })),
    ),
    ...checkGrants(apiKeys, config),
    ...checkAgents(config, vendors),
  ];
}

interface Claim {
  readonly path: ConfigPath;
  readonly value: string | undefined;
}

/** A fault for every claim whose value an earlier entry has; an entry may repeat itself. */
function repeated(claims: readonly Claim[]): Fault[] {
  const first = new Map<string, ConfigPath>();
  return claims.flatMap(({ path, value }) => {
    if (value === undefined) return [];
    const earlier = first.get(value) ?? path;
    first.set(value, earlier);
    return entryOf(earlier) === entryOf(path) ? [] : [{ path, message: `is the same as in ${entryOf(earlier)}` }];
  });
}

/** The list entry that a path leads into, such as `agents[3]`. */
function entryOf(path: ConfigPath): string {
  const index = path.findIndex((step) => typeof step === 'number');
  return `${path.slice(0, index).join('.')}[${String(path[index])}]`;
}

const UNKNOWN_ACCOUNT = 'names no configured account';

function checkGrants(apiKeys: z.infer<typeof keys>, { accounts }: Outline): Fault[] {
  const names = new Set<unknown>(accounts.map(({ name }) => name));
  return apiKeys.flatMap((key, index) =>
    key.accounts.flatMap((name, position) =>
      typeof name !== 'string' || names.has(name)
        ? []
        : [{ path: ['auth', 'apiKeys', index, 'accounts', position], message: UNKNOWN_ACCOUNT }],
    ),
  );
}

function checkAgents({ accounts, agents }: Outline, vendors: readonly VendorForm[]): Fault[] {
  const vendorOf = new Map(accounts.map(({ name, vendor }) => [name, vendors.find(({ key }) => key === vendor)]));
  const seats = agents.flatMap((agent, index) =>
    Object.entries(agent.accounts).map(([account, ref]) => ({
      path: ['agents', index, 'accounts', account],
      account,
      ref,
      rules: vendorOf.get(account)?.references,
    })),
  );
  return [
    ...seats.flatMap(({ path, account, ref, rules }) => {
      const message = vendorOf.has(account) ? rules?.problem(ref) : UNKNOWN_ACCOUNT;
      return message ? [{ path, message }] : [];
    }),
    // One reference in two agents, or one e-mail address, would make them one and the same agent.
    ...repeated(
      seats.map(({ path, account, ref, rules }) => ({
        path,
        value: JSON.stringify([account, rules?.canonical(ref) ?? ref]),
      })),
    ),
    ...repeated([
      ...agents.map(({ email }, index) => ({ path: ['agents', index, 'email'], value: email?.toLowerCase() })),
      ...seats.map(({ path, ref, rules }) => ({ path, value: rules?.email(ref)?.toLowerCase() })),
    ]),
  ];
}
