import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Gateway, startWorld, type World } from '../support/world.ts';

/** The commands of docs/sandbox.md are executed in their order, and their answers compared with those that the page shows. */

const text = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');

interface Block {
  readonly commands: readonly string[];
  /** The answer that the page shows right after the commands. */
  readonly answer: unknown;
}

const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```\n(?:\n```json\n([\s\S]*?)^```)?/gm)].map(
  ([, commands = '', answer]): Block => ({
    commands: commands.split(/\n(?=curl|[A-Z]+=)/).map((command) => command.trim()),
    answer: answer === undefined ? undefined : JSON.parse(answer),
  }),
);

/** Sends the request of a `curl` command: the URL, `-X`, `-H` and the body. */
async function curl(command: string, addresses: Readonly<Record<string, string>>): Promise<unknown> {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const optionValue = (option: string): string | undefined =>
    words.includes(option) ? words[words.indexOf(option) + 1] : undefined;
  const url = words
    .find((word) => word.startsWith('$'))
    ?.replace(/^\$([A-Z]+)/, (_, name: string) => addresses[name] ?? '');
  const body = optionValue('-d') ?? optionValue('--data-binary');
  const [header, value] = optionValue('-H')?.split(': ') ?? [];
  const response = await fetch(url ?? '', {
    method: optionValue('-X') ?? (body === undefined ? 'GET' : 'POST'),
    ...(header !== undefined && value !== undefined && { headers: { [header]: value } }),
    ...(body !== undefined && { body }),
  });
  expect(response.status).toBeLessThan(300);
  const reply = await response.text();
  return reply === '' ? null : JSON.parse(reply);
}

const effects = [...text.matchAll(/^\| `(\{.*?\})` +\|.*\| `(VENDOR_\w+)`, `(\w+)` +\|$/gm)].map(
  ([, fault = '', code = '', reason = '']) => ({ fault, code, reason }),
);

describe('docs/sandbox.md', () => {
  let world: World;
  let gateway: Gateway;
  beforeAll(async () => {
    world = await startWorld();
    gateway = await world.startGateway();
  });
  afterAll(() => world.stop());

  test('shows the answers that its commands give', async () => {
    const { avaamo, kore, vonage } = world.vendors;
    const addresses = { GATEWAY: gateway.url, AVAAMO: avaamo.url, KORE: kore.url, VONAGE: vonage.url };
    expect(blocks.length).toBeGreaterThan(8);
    for (const { commands, answer } of blocks) {
      let reply: unknown;
      for (const command of commands.filter((line) => line.startsWith('curl'))) reply = await curl(command, addresses);
      if (answer !== undefined) expect({ commands, reply }).toMatchObject({ reply: answer });
    }
    for (const server of Object.values(world.vendors)) {
      server.clearFaults();
      server.clearCalls();
    }
  });

  test('has a row for every kind of fault', () => {
    const kinds = effects.flatMap(({ fault }) => (JSON.parse(fault) as { kind?: string }).kind ?? []);
    expect(kinds).toEqual(['down', 'hang', 'cut', 'malformed', 'html']);
    expect(effects.length).toBeGreaterThan(kinds.length);
  });

  test.each(effects)('names what the gateway reports of $fault', async ({ fault, code, reason }) => {
    const isSlow = fault.includes('hang');
    const impatient = await world.startGateway((raw) => ({
      ...raw,
      accounts: raw.accounts.map((account) =>
        account.name === 'kore-main'
          ? { ...account, maxRetries: 0, discover: false, ...(isSlow && { timeoutMs: 500 }) }
          : account,
      ),
    }));
    await fetch(`${world.vendors.kore.url}/__sandbox/faults`, { method: 'POST', body: fault });
    const { errors } = await impatient.query('{ agentByKey(key: "jane-doe") { presence { observedAt } } }');
    world.vendors.kore.clearFaults();
    expect(errors).toMatchObject([{ extensions: { code, reason } }]);
  });
});
