import { createAgents, TEAM_SIZE, teamName } from '../stub/company.ts';
import { FIRST_PERIOD_HOUR } from '../stub/records.ts';

/*
 * The body of a request, with placeholders that differ from request to request. Each is filled from the number of the request, here for
 * the check of the answers and in wrk's script for the load:
 *
 * - @NUMBER@: the number itself, for aliases
 * - @AGENT@: the key of one of the first 50 agents
 * - @TEAM@: one team after the other
 * - @TIME@: a time of day to the millisecond, before the first period
 * - "@EMAILS@": the addresses of the first 50 agents, in an order of its own
 */

const HOUR_MS = 3_600_000;
/** Every number below this has a time of its own. */
const TIMES = FIRST_PERIOD_HOUR * HOUR_MS;
/** Coprime to 50: consecutive requests are about different agents, and every agent has its turn. */
const AGENT_STEP = 17;

const firstAgents = createAgents(TEAM_SIZE);

export function agentIndexOf(number: number): number {
  return (number * AGENT_STEP) % TEAM_SIZE;
}

export function teamOf(number: number, teams: number): number {
  return number % teams;
}

function timeOf(number: number): string {
  return new Date(number % TIMES).toISOString().slice(11, 23);
}

function emailsOf(number: number): string {
  const first = number % TEAM_SIZE;
  return [...firstAgents.slice(first), ...firstAgents.slice(0, first)].map(({ email }) => `"${email}"`).join(',');
}

export function fillTemplate(template: string, number: number, teams: number): string {
  return template
    .replaceAll('@NUMBER@', String(number))
    .replaceAll('@AGENT@', firstAgents[agentIndexOf(number)]?.key ?? '')
    .replaceAll('@TEAM@', teamName(teamOf(number, teams)))
    .replaceAll('@TIME@', timeOf(number))
    .replaceAll('"@EMAILS@"', emailsOf(number));
}

/** The same as a Lua function `fill(template, number)`; it shuffles the addresses, in another order for each number. */
export function toLua(template: string, teams: number): string {
  const emails = firstAgents.map(({ email }) => `'"${email}"'`).join(', ');
  const keys = firstAgents.map(({ key }) => `"${key}"`).join(', ');
  const teamNames = Array.from({ length: teams }, (_, team) => `"${teamName(team)}"`).join(', ');
  const steps = [
    ['@NUMBER@', 'tostring(number)'],
    ['@AGENT@', `keys[(number * ${AGENT_STEP}) % ${TEAM_SIZE} + 1]`],
    ['@TEAM@', `teams[number % ${teams} + 1]`],
    ['@TIME@', 'time(number)'],
    ['"@EMAILS@"', 'shuffled(number)'],
  ].filter(([placeholder = '']) => template.includes(placeholder));
  return `
local emails = { ${emails} }
local keys = { ${keys} }
local teams = { ${teamNames} }
local function shuffled(number)
  math.randomseed(number)
  for i = #emails, 2, -1 do
    local j = math.random(i)
    emails[i], emails[j] = emails[j], emails[i]
  end
  return table.concat(emails, ",")
end
local function time(number)
  local ms = number % ${TIMES}
  return string.format("%02d:%02d:%02d.%03d", ms / ${HOUR_MS}, ms / 60000 % 60, ms / 1000 % 60, ms % 1000)
end
local function fill(template, number)
  ${steps.map(([placeholder, value]) => `template = template:gsub('${placeholder}', ${value})`).join('\n  ')}
  return template
end
`;
}
