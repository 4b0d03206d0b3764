import type { Clock } from '../domain/clock.ts';
import type { Company, FakeVendorFactory } from '../vendors/sandbox.ts';
import { createAgentControl } from './agent-control.ts';
import { createCompany } from './company.ts';
import { type FakeVendorServer, startFakeVendor } from './fake-vendor-server.ts';
import { createManualStatuses } from './manual-statuses.ts';
import { createSandboxConfig, type SandboxConfig } from './sandbox-config.ts';
import type { SandboxAddresses } from './usage-hints.ts';

export interface Sandbox<Vendor extends string> {
  readonly servers: Readonly<Record<Vendor, FakeVendorServer>>;
  readonly addresses: SandboxAddresses;
  readonly config: SandboxConfig;
  readonly company: Company;
  stop(): Promise<void>;
}

export interface SandboxOptions<Vendor extends string> {
  readonly clock: Clock;
  readonly fakes: Readonly<Record<Vendor, FakeVendorFactory>>;
  /** The company whose data the fakes serve; defaults to the sandbox's own. */
  readonly company?: Company;
  /** Defaults to free ports. */
  readonly ports?: Readonly<Partial<Record<Vendor, number>>>;
}

/** Starts a server for each fake vendor, all with the same company. Rejects and stops all of them if a port is in use. */
export async function startSandbox<Vendor extends string>({
  clock,
  fakes,
  ports,
  company: plannedCompany = createCompany(clock),
}: SandboxOptions<Vendor>): Promise<Sandbox<Vendor>> {
  const statuses = createManualStatuses(plannedCompany, clock);
  const { company } = statuses;
  const vendors = Object.keys(fakes) as Vendor[];
  const fakeVendors = vendors.map((vendor) => ({
    vendor,
    fake: fakes[vendor]({ company, now: () => clock.now() }),
    port: ports?.[vendor],
  }));
  const results = await Promise.allSettled(
    fakeVendors.map(async ({ vendor, fake, port }) => ({
      vendor,
      fake,
      server: await startFakeVendor(fake, {
        clock,
        port,
        agents: createAgentControl({ vendor, fake, statuses, clock }),
      }),
    })),
  );
  const running = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(running.map(({ server }) => server.stop()));
  };
  const rejected = results.find((result) => result.status === 'rejected');
  if (rejected) {
    await stop();
    throw rejected.reason;
  }
  return {
    servers: Object.fromEntries(running.map(({ vendor, server }) => [vendor, server])) as Record<
      Vendor,
      FakeVendorServer
    >,
    addresses: Object.fromEntries(running.map(({ vendor, server }) => [vendor, server.url])),
    config: createSandboxConfig(
      company,
      running.map(({ vendor, fake, server }) => ({ key: vendor, fake, baseUrl: server.url })),
    ),
    company,
    stop,
  };
}
