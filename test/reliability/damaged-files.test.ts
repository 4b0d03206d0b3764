import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lastHours, type RawConfig, startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

interface Answer {
  readonly agents: {
    readonly nodes: readonly {
      readonly sessions: { readonly sources: readonly { readonly error: { readonly message: string } | null }[] };
    }[];
  };
}

test.each([
  ['no JSON', '<html>', 'file_malformed'],
  ['empty', '', 'file_truncated'],
])(
  'a run of damaged files (%s) costs those files only: the circuit of the others stays closed',
  async (_kind, body, reason) => {
    const gateway = await world.startGateway((raw: RawConfig) => ({
      ...raw,
      limits: { requestTimeoutMs: 100_000 },
      accounts: raw.accounts.map((account) => ({
        ...account,
        maxRetries: 0,
        ...(/kore|lp/.test(account.name) && { discover: false }),
      })),
    }));
    world.vendors.liveperson.injectFault({ path: '/Agent.', body, times: 12 });
    world.calls();
    const { data } = await gateway.query<Answer>(
      `query ($during: TimeRange!) {
      agents(filter: { vendor: LIVEPERSON }, first: 1) { nodes { sessions(during: $during) { sources { error { message } } } } }
    }`,
      { during: lastHours(24) },
    );
    const downloads = world.calls().liveperson.filter((call) => call.includes('/Agent.')).length;
    expect(downloads).toBeGreaterThan(20);
    expect(data.agents.nodes[0]?.sessions.sources[0]?.error?.message).toContain(`12 of ${downloads} files are missing`);
    expect(gateway.logs()).not.toContain('circuit breaker state changed');
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain(
      `switchboard_vendor_requests_total{account="lp",endpoint="agentActivity/file",outcome="VENDOR_BAD_RESPONSE",reason="${reason}"} 12\n`,
    );
  },
);
