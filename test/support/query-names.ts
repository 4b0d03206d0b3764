import type { Gateway } from './world.ts';

/** The values that random queries may contain. */
export interface QueryNames {
  readonly ids: readonly string[];
  readonly keys: readonly string[];
  readonly emails: readonly string[];
  readonly teams: readonly string[];
  readonly accounts: readonly { readonly account: string; readonly ref: string }[];
}

/** Values that exist in a gateway with the sandbox, and similar ones that do not. */
export async function collectQueryNames(gateway: Gateway): Promise<QueryNames> {
  interface Agent {
    readonly id: string;
    readonly key: string | null;
    readonly email: string | null;
    readonly accounts: readonly { readonly ref: string; readonly account: { readonly name: string } }[];
  }
  const { data } = await gateway.query<{
    readonly agents: { readonly nodes: readonly Agent[] };
    readonly teams: readonly { readonly id: string }[];
  }>(
    `query ($during: TimeRange!) {
      teams { id }
      agents(first: 200) {
        nodes {
          id key email accounts { ref account { name } }
          statusPeriods(during: $during, first: 1) { nodes { id } }
          sessions(during: $during, first: 1) { nodes { id } }
          latestInteractions { nodes { id } }
        }
      }
    }`,
    { during: { from: '2026-11-18T06:00:00Z', to: '2026-11-19T06:00:00Z' } },
  );
  const ids = JSON.stringify(data.agents).matchAll(/"id":"([^"]+)"/g);
  const { nodes } = data.agents;
  return {
    ids: [...[...ids].flatMap(([, id]) => id ?? []), 'bm9ib2R5', ''],
    keys: [...nodes.flatMap(({ key }) => key ?? []), 'unknown-key'],
    emails: [...nodes.flatMap(({ email }) => email ?? []), 'unknown@example.com'],
    teams: data.teams.map(({ id: team }) => team),
    accounts: [
      ...nodes.flatMap((agent) => agent.accounts.map(({ account, ref }) => ({ account: account.name, ref }))),
      { account: 'kore-main', ref: 'unknown@example.com' },
      { account: 'nowhere', ref: '1' },
    ],
  };
}
