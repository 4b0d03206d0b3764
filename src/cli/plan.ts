import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { PlanAnswer, PlannedRequest } from '../composition/plan-query.ts';
import { describeReadProblem } from '../config/read-problem.ts';
import { systemClock } from '../domain/clock.ts';
import type { Plan } from '../planning/plan.ts';
import { EXPLAIN_HEADER } from '../request/explain.ts';
import { vendors } from '../vendors/index.ts';
import { defineCommand } from './command.ts';
import { chooseConfigFile, CONFIG_OPTION, loadConfigFile } from './config-file.ts';
import { CommandError, EXIT_STATUS, UsageError } from './exit-status.ts';
import { GATEWAY_OPTIONS, postToGateway } from './gateway-client.ts';
import { formatTable } from './table.ts';

export const planCommand = defineCommand({
  name: 'plan',
  usage: '[--config FILE | --url URL [--key-file FILE]] [--operation NAME] [--variables JSON|@FILE] [--json] FILE',
  description: `Lists the vendor calls that a query may cause, by account and endpoint, and makes none. With a configuration, the cache counts as
empty. With --url a running gateway says what its cache saves now; the key needs the scope \`explain\`. Downloads of LivePerson's
files are not among the calls. FILE is - for standard input.`,
  options: {
    config: CONFIG_OPTION,
    json: { type: 'boolean', help: 'prints the plan as JSON' },
    ...GATEWAY_OPTIONS,
    operation: { type: 'string', value: 'NAME', help: 'the operation, where FILE has several' },
    url: { type: 'string', value: 'URL', help: 'asks this gateway, instead of planning with a configuration' },
    variables: { type: 'string', value: 'JSON|@FILE', help: 'the variables, as JSON or from a file' },
  },
  exitStatus:
    '0 planned, 1 the query is not valid or exceeds limits.maxVendorCalls, 2 wrong arguments, 3 the gateway does not answer or refuses the key.',
  operand: { name: 'FILE', purpose: 'with the query' },
  async run({ values: { config, json = false, operation, variables, ...gateway }, operand }) {
    if (config !== undefined && gateway.url !== undefined) throw new UsageError('pass --config or --url, not both');
    const request = {
      query: await readDocument(operand),
      variables: parseVariables(variables),
      ...(operation !== undefined && { operationName: operation }),
    };
    const { answer, maxVendorCalls } =
      gateway.url === undefined ? await planLocally(request, config) : await planRemotely(request, gateway);
    const plan = requirePlan(answer, operand);
    console.log(json ? JSON.stringify(plan) : formatPlan(plan, gateway.url !== undefined));
    if (plan.total <= maxVendorCalls) return EXIT_STATUS.ok;
    throw new CommandError(
      `${plan.total} calls exceed limits.maxVendorCalls (${maxVendorCalls}): the gateway rejects the query`,
    );
  },
});

interface PlannedAnswer {
  readonly answer: PlanAnswer;
  /** Infinite where it is not known. */
  readonly maxVendorCalls: number;
}

async function planLocally(request: PlannedRequest, file: string | undefined): Promise<PlannedAnswer> {
  const config = loadConfigFile(chooseConfigFile(file));
  // Loading the schema takes longer than reading the arguments.
  const { planQuery } = await import('../composition/plan-query.ts');
  const answer = await planQuery(request, { config, vendors, clock: systemClock });
  return { answer, maxVendorCalls: config.limits.maxVendorCalls };
}

async function planRemotely(
  request: PlannedRequest,
  gateway: Parameters<typeof postToGateway>[0],
): Promise<PlannedAnswer> {
  const { status, body } = await postToGateway(gateway, '/graphql', request, { [EXPLAIN_HEADER]: 'plan' });
  if (typeof body !== 'object' || body === null) throw new CommandError(`not the answer of a gateway: HTTP ${status}`);
  return { answer: body, maxVendorCalls: Infinity };
}

function requirePlan(answer: PlanAnswer, file: string): Plan {
  const { errors, extensions } = answer;
  if (extensions?.switchboard?.plan) return extensions.switchboard.plan;
  const problems = errors?.map(({ message, locations: [place] = [] }) =>
    place ? `${file}:${place.line}:${place.column}: ${message}` : message,
  );
  throw new CommandError(problems?.join('\n') ?? 'this is not the answer of a gateway: it has no plan');
}

async function readDocument(file: string): Promise<string> {
  return file === '-' ? text(process.stdin) : readFile(file);
}

function parseVariables(option: string | undefined): unknown {
  if (option === undefined) return {};
  const json = option.startsWith('@') ? readFile(option.slice(1)) : option;
  try {
    const variables = JSON.parse(json) as unknown;
    if (typeof variables === 'object' && variables !== null && !Array.isArray(variables)) return variables;
  } catch {
    // Reported below.
  }
  throw new UsageError('--variables must be a JSON object, or @ and the name of a file with one');
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`${file}: cannot be read: ${describeReadProblem(error)}`);
  }
}

function formatPlan({ vendorCalls, total, expected }: Plan, knowsCache: boolean): string {
  const cachedColumns = (cached: string | number, left: string | number) => (knowsCache ? [cached, left] : []);
  return formatTable([
    ['account', 'endpoint', 'at most', ...cachedColumns('cached', 'expected')],
    ...vendorCalls.map(({ account, endpoint, atMost, cached }) => [
      account,
      endpoint,
      atMost,
      ...cachedColumns(cached, atMost - cached),
    ]),
    ['total', '', total, ...cachedColumns(total - expected, expected)],
  ]);
}
