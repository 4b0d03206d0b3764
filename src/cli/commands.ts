import type { Command } from './command.ts';

/** A command by its name. It is loaded when it is needed: some load most of the gateway. */
export interface CommandSummary {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export const COMMANDS: readonly CommandSummary[] = [
  {
    name: 'start',
    summary: 'runs the gateway; without a configuration, over a sandbox of all vendors',
    load: async () => (await import('./start.ts')).startCommand,
  },
  {
    name: 'check-config',
    summary: 'reports what is wrong with a configuration, line by line',
    load: async () => (await import('./check-config.ts')).checkConfigCommand,
  },
  {
    name: 'doctor',
    summary: 'calls each account once, looks at what else the gateway needs, and says what to do',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  {
    name: 'plan',
    summary: 'lists the vendor calls that a query may cause, without making them',
    load: async () => (await import('./plan.ts')).planCommand,
  },
  {
    name: 'purge',
    summary: 'drops cached answers of an account in every gateway, so that the vendor is asked again',
    load: async () => (await import('./purge.ts')).purgeCommand,
  },
  {
    name: 'hash-key',
    summary: 'makes an API key and its entry for the configuration',
    load: async () => (await import('./hash-key.ts')).hashKeyCommand,
  },
  {
    name: 'sandbox',
    summary: 'runs the vendor sandbox alone and prints a configuration for it',
    load: async () => (await import('./sandbox.ts')).sandboxCommand,
  },
];
