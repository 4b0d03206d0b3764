import type { CompanyPerson } from '../../../../src/vendors/sandbox.ts';
import { toWholeSecond } from '../timeline.ts';
import type { Finding } from '../violations.ts';
import { type Answer, type AnswerSource, type CheckContext, checkSources, isExplained } from './answer.ts';
import { answeredBetween, checkAge, toRealTime } from './staleness.ts';

export const WALLBOARD_QUERY = `query SoakWallboard {
  agents(first: 1000) {
    totalCount complete sources { ...Source }
    nodes {
      id name email
      presence { complete sources { ...Source } observedAt status { id vendorStatus start } }
      latestInteractions { complete sources { ...Source } nodes { id guid } }
    }
  }
}
fragment Source on SourceReport { account { name } outcome fetchedAt error { code reason } }`;

interface Sourced {
  readonly complete: boolean;
  readonly sources: readonly AnswerSource[];
}

export interface WallboardAgent {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly presence:
    | (Sourced & {
        readonly observedAt: string;
        readonly status: { readonly id: string; readonly vendorStatus: string; readonly start: string } | null;
      })
    | null;
  readonly latestInteractions:
    (Sourced & { readonly nodes: readonly { readonly id: string; readonly guid: string }[] }) | null;
}

export interface WallboardData {
  readonly agents: Sourced & { readonly totalCount: number; readonly nodes: readonly WallboardAgent[] };
}

export interface WallboardResult {
  readonly findings: readonly Finding[];
  /** The greatest age of a status, of those that are OK and of those that are not. */
  readonly oldest: { readonly fresh: number; readonly stale: number };
  /** The accounts of which a source is not OK, or an error is reported. */
  readonly faultyAccounts: ReadonlySet<string>;
}

/** Compares an answer with the company: no agent missing, every value one that its vendor sent, none too old. */
export function checkWallboard(
  answer: Answer<WallboardData>,
  context: CheckContext,
  counts: { mostAgents: number },
): WallboardResult {
  const findings: Finding[] = [];
  const oldest = { fresh: 0, stale: 0 };
  const faultyAccounts = new Set(answer.errors.flatMap(({ extensions }) => extensions?.account ?? []));
  if (!answer.data) return { findings, oldest, faultyAccounts };
  const { agents } = answer.data;
  findings.push(...checkSources('agents', agents, answer, context), ...checkList(agents, context, counts));

  const agentIndexes = new Map(agents.nodes.map(({ email, name }, index) => [email?.toLowerCase() ?? name, index]));
  for (const person of context.timeline.people) {
    const index = agentIndexes.get(person.email);
    const agent = agents.nodes[index ?? -1];
    if (index === undefined || !agent) continue;
    const checked = [checkPresence(person, agent, answer, context), checkInteractions(person, agent, answer, context)];
    for (const { sources, ages, ...result } of checked) {
      findings.push(...result.findings, ...checkNull(person, index, result.nullField, answer));
      for (const source of sources) if (source.outcome !== 'OK') faultyAccounts.add(source.account.name);
      for (const { outcome, ageMs } of ages) {
        const kind = outcome === 'OK' ? 'fresh' : 'stale';
        oldest[kind] = Math.max(oldest[kind], ageMs);
      }
    }
  }
  for (const { account, outcome } of agents.sources) if (outcome !== 'OK') faultyAccounts.add(account.name);
  return { findings, oldest, faultyAccounts };
}

/** Whether every agent of the company is listed, and no source lacks anything. */
export function isWhole({ agents }: WallboardData, { timeline: { people, bots } }: CheckContext): boolean {
  return agents.complete && agents.totalCount === people.length + bots.length;
}

/** Once listed, an agent stays. A list that calls itself complete has all of them. */
function checkList(
  { totalCount, nodes, complete }: WallboardData['agents'],
  { timeline: { people, bots } }: CheckContext,
  counts: { mostAgents: number },
): readonly Finding[] {
  const findings: Finding[] = [];
  if (totalCount < counts.mostAgents)
    findings.push({ check: 'totalCount fell', detail: `from ${counts.mostAgents} to ${totalCount}` });
  counts.mostAgents = Math.max(counts.mostAgents, totalCount);
  const listed = new Set(nodes.map(({ email, name }) => email?.toLowerCase() ?? name));
  const missing = [...people.map(({ email }) => email), ...bots.map(({ name }) => name)].filter(
    (each) => !listed.has(each),
  );
  if (complete && missing.length > 0)
    findings.push({ check: 'agents lost', detail: `${missing.length}: ${missing.slice(0, 3).join(', ')}` });
  return findings;
}

interface FieldResult {
  readonly findings: readonly Finding[];
  readonly sources: readonly AnswerSource[];
  readonly ages: readonly { readonly outcome: string; readonly ageMs: number }[];
  /** The field, if it is null although the person has an account that feeds it. */
  readonly nullField: string | null;
}

const NO_FIELD: FieldResult = { findings: [], sources: [], ages: [], nullField: null };

/** A field that a vendor feeds is null only with an error. */
function checkNull(
  person: CompanyPerson,
  index: number,
  field: string | null,
  answer: Answer<unknown>,
): readonly Finding[] {
  if (field === null) return [];
  return isExplained(answer, `agents.nodes.${index}.${field}`)
    ? []
    : [{ check: 'null without an error', detail: `${field} of ${person.email}` }];
}

function checkAges(
  what: string,
  sources: readonly AnswerSource[],
  ttlMs: number,
  answer: Answer<unknown>,
  context: CheckContext,
): Pick<FieldResult, 'findings' | 'ages'> {
  const checked = sources.map((source) => ({ source, ...checkAge(what, source, ttlMs, answer, context) }));
  return {
    findings: checked.flatMap(({ finding }) => finding ?? []),
    ages: checked.flatMap(({ source, ageMs }) => (ageMs === null ? [] : [{ outcome: source.outcome, ageMs }])),
  };
}

function checkPresence(
  person: CompanyPerson,
  { presence }: WallboardAgent,
  answer: Answer<unknown>,
  context: CheckContext,
): FieldResult {
  if (person.refsByVendor.kore === undefined) return NO_FIELD;
  if (!presence) return { ...NO_FIELD, nullField: 'presence' };
  const { sources, status } = presence;
  const { ages, ...aged } = checkAges('presence', sources, context.ttlMs.statuses, answer, context);
  const findings = [...checkSources('presence', presence, answer, context), ...aged.findings];
  const requestedAt = toRealTime(presence.observedAt, answer);
  if (requestedAt !== null) {
    const possible = context.timeline.statuses(person, ...answeredBetween(requestedAt, answer, context));
    const isPossible = possible.some((each) =>
      each === null || status === null
        ? each === status
        : each.status === status.vendorStatus.toUpperCase() && toWholeSecond(each.start) === Date.parse(status.start),
    );
    if (!isPossible)
      findings.push({
        check: 'status that was not sent',
        detail: `${person.email}: ${status ? `${status.vendorStatus} since ${status.start}` : 'none'}, observed ${new Date(requestedAt).toISOString()}`,
      });
  }
  return { findings, sources, ages, nullField: null };
}

function checkInteractions(
  person: CompanyPerson,
  { latestInteractions }: WallboardAgent,
  answer: Answer<unknown>,
  context: CheckContext,
): FieldResult {
  if (person.refsByVendor.vonage === undefined) return NO_FIELD;
  if (!latestInteractions) return { ...NO_FIELD, nullField: 'latestInteractions' };
  const { sources, nodes } = latestInteractions;
  const { ages, ...aged } = checkAges('latestInteractions', sources, context.ttlMs.interactions, answer, context);
  const findings = [...checkSources('latestInteractions', latestInteractions, answer, context), ...aged.findings];
  const requestedAt = toRealTime(sources[0]?.fetchedAt, answer);
  if (requestedAt !== null) {
    const sent = nodes.map(({ guid }) => guid).join(' ');
    const possible = context.timeline.interactions(person, ...answeredBetween(requestedAt, answer, context));
    if (!possible.some((guids) => guids.join(' ') === sent))
      findings.push({
        check: 'interactions that were not sent',
        detail: `${person.email}: ${nodes.length} of ${possible.map(({ length }) => length).join(' or ')}`,
      });
  }
  return { findings, sources, ages, nullField: null };
}
