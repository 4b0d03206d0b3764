import type { Clock } from '../domain/clock.ts';
import type { Company, OpenSandbox } from '../vendors/sandbox.ts';
import { createCompany } from './company.ts';
import { configure, type SandboxConfiguration } from './configuration.ts';
import { type SandboxServer, serve } from './server.ts';

export interface Sandbox<Vendor extends string> {
  readonly servers: Readonly<Record<Vendor, SandboxServer>>;
  readonly configuration: SandboxConfiguration;
  readonly company: Company;
  stop(): Promise<void>;
}

export interface SandboxOptions<Vendor extends string> {
  readonly clock: Clock;
  readonly fakes: Readonly<Record<Vendor, OpenSandbox>>;
  /** Whom the fakes tell of; the sandbox's own company where none is given. */
  readonly company?: Company;
  /** A free one where none is given. */
  readonly ports?: Readonly<Partial<Record<Vendor, number>>>;
}

/** Starts a server for each fake vendor, all of one company. Rejects, and leaves none running, if a port is taken. */
export const startSandbox = async <Vendor extends string>({
  clock,
  fakes,
  ports,
  company = createCompany(clock),
}: SandboxOptions<Vendor>): Promise<Sandbox<Vendor>> => {
  const vendors = Object.keys(fakes) as Vendor[];
  const opened = vendors.map((vendor) => ({
    vendor,
    fake: fakes[vendor]({ company, now: () => clock.now() }),
    port: ports?.[vendor],
  }));
  const started = await Promise.allSettled(
    opened.map(async ({ vendor, fake, port }) => ({ vendor, fake, server: await serve(fake, clock, port) })),
  );
  const running = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(running.map(({ server }) => server.stop()));
  };
  const failure = started.find((one) => one.status === 'rejected');
  if (failure) {
    await stop();
    throw failure.reason;
  }
  return {
    servers: Object.fromEntries(running.map(({ vendor, server }) => [vendor, server])) as Record<Vendor, SandboxServer>,
    configuration: configure(
      company,
      running.map(({ vendor, fake, server }) => ({ key: vendor, fake, account: fake.account(server.url) })),
    ),
    company,
    stop,
  };
};
