import { defineCommand } from './command.ts';
import { CommandError, EXIT_STATUS, UsageError } from './exit-status.ts';
import { findMessages, GATEWAY_OPTIONS, type GatewayAnswer, postToGateway } from './gateway-client.ts';
import { formatTable } from './table.ts';

/** What the gateway has dropped: docs/operations.md. */
interface PurgeAnswer {
  readonly purgedAt: string;
  readonly accounts: readonly {
    readonly account: string;
    /** Where an agent is named; null: its gateway cannot say it yet. */
    readonly agentKnown?: boolean | null;
    readonly endpoints: readonly { readonly endpoint: string; readonly entries: number }[];
  }[];
  readonly responses?: number;
  /** The other processes on the same Redis. */
  readonly fleet?: { readonly processes: number; readonly heard: number; readonly complete: boolean } | null;
}

const HEADER = ['account', 'endpoint', 'entries'];

const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

export const purgeCommand = defineCommand({
  name: 'purge',
  usage: '(--account ACCOUNT | --all) [--agent AGENT] [--from TIME] [--to TIME] [--url URL] [--key-file FILE] [--json]',
  description: `Drops what the gateway, and every other one on the same Redis, has cached of an account, so that the next query asks the vendor
again: for when the vendor has corrected what it reported. The key needs the scope \`admin\`. TIME is a day in UTC, such as
2026-11-20, or an instant, such as 2026-11-20T08:00:00Z; the last day is included, the last instant is not.`,
  options: {
    account: { type: 'string', value: 'ACCOUNT', help: 'the name of the account in the configuration' },
    agent: {
      type: 'string',
      value: 'AGENT',
      help: 'only of this agent: its id, key or e-mail address, or its reference in the account',
    },
    all: { type: 'boolean', help: 'every account that the key may use' },
    from: { type: 'string', value: 'TIME', help: 'only from then on' },
    to: { type: 'string', value: 'TIME', help: 'only until then' },
    ...GATEWAY_OPTIONS,
    json: { type: 'boolean', help: 'prints the answer of the gateway' },
  },
  exitStatus:
    '0 dropped, 1 the gateway rejects the request, knows no such agent, or not every gateway has confirmed it, 2 wrong arguments, 3 the gateway does not answer or refuses the key.',
  async run({ values: { account, all = false, agent, from, to, json = false, ...gateway } }) {
    if ((account === undefined) !== all) throw new UsageError('name an --account, or pass --all');
    assertTime('from', from);
    assertTime('to', to);
    const request = { ...(all ? { all } : { account }), agent, from, to };
    const answer = requireAnswer(await postToGateway(gateway, '/admin/purge', request));
    console.log(json ? JSON.stringify(answer) : describeAnswer(answer));
    const problems = findProblems(answer, agent);
    if (problems.length === 0) return EXIT_STATUS.ok;
    throw new CommandError(problems.join('\n'));
  },
});

function findProblems({ accounts, fleet }: PurgeAnswer, agent: string | undefined): readonly string[] {
  const problems: string[] = [];
  if (accounts.length > 0 && accounts.every(({ agentKnown }) => agentKnown === false)) {
    const names = accounts.map(({ account }) => account).join(', ');
    problems.push(`no such agent is known at ${names}: ${agent}`);
  }
  if (fleet && !fleet.complete) {
    problems.push(
      `${fleet.heard} of ${fleet.processes} processes have confirmed it: the others drop it when they reach Redis, or purge again`,
    );
  }
  return problems;
}

function assertTime(option: string, text: string | undefined): void {
  if (text === undefined || (TIME.test(text) && !Number.isNaN(Date.parse(text)))) return;
  throw new UsageError(
    `--${option} must be a day or an instant with its zone, such as 2026-11-20 or 2026-11-20T08:00:00Z: ${text}`,
  );
}

function requireAnswer({ status, body }: GatewayAnswer): PurgeAnswer {
  if (status === 200 && isPurgeAnswer(body)) return body;
  const messages = findMessages(body);
  if (status === 404 && messages.length === 0) {
    throw new CommandError('nothing was dropped: there is no /admin/purge at this address');
  }
  throw new CommandError(
    ['nothing was dropped:', ...(messages.length > 0 ? messages : [`HTTP ${status}`])].join('\n  '),
  );
}

function isPurgeAnswer(body: unknown): body is PurgeAnswer {
  return typeof body === 'object' && body !== null && 'purgedAt' in body && 'accounts' in body;
}

function describeAnswer({ purgedAt, accounts, responses, fleet }: PurgeAnswer): string {
  const entries = accounts.flatMap(({ account, endpoints }) =>
    endpoints.map((dropped) => [account, dropped.endpoint, dropped.entries]),
  );
  const others = fleet ? `, confirmed by ${fleet.heard} of ${fleet.processes} processes` : '';
  const dropped =
    entries.length === 0
      ? ['Nothing of it was in the memory of the gateway that answered.']
      : ['Dropped from the memory of the gateway that answered:', formatTable([HEADER, ...entries])];
  return [
    `Purged at ${purgedAt}${others}. ${dropped.join('\n')}`,
    ...(responses === undefined ? [] : [`complete responses: ${responses}`]),
  ].join('\n');
}
