import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type AnswerError, checkAnswer, type CheckContext } from './checks/answer.ts';
import { checkLookup, type KnownId, LOOKUP_QUERY, type LookupData } from './checks/lookup.ts';
import { checkRefusal, isRefusal } from './checks/refusal.ts';
import { checkReport, REPORT_QUERY, type ReportData, reportDays, reportVariables } from './checks/report.ts';
import {
  checkWallboard,
  isWhole,
  WALLBOARD_QUERY,
  type WallboardAgent,
  type WallboardData,
} from './checks/wallboard.ts';
import type { GatewayProcess } from './processes.ts';
import type { Finding, Violation } from './violations.ts';

const REQUEST_TIMEOUT_MS = 40_000;
const REPORT_INTERVAL_MS = 20_000;
const START_POLL_MS = 1000;
const LOOKUP_INTERVAL_MS = 4000;
/** Longer than the TTL and the grace of a status, so that every process has seen what an id stands for. */
const MIN_ID_AGE_MS = 20_000;
const MAX_KNOWN_IDS = 2000;
const IDS_PER_LOOKUP = 15;

/** A gateway, and what is sent to it. */
export interface Target {
  readonly gateway: GatewayProcess;
  readonly context: CheckContext;
  /** False ends the clients. */
  readonly isRunning: () => boolean;
  readonly figures: TargetFigures;
  /** Ids of answers, shared by the gateways of a fleet. */
  readonly knownIds: KnownId[];
  /** Moments at which an account's fault was visible. */
  readonly onFaultSeen: (account: string, at: number) => void;
  readonly onViolation: (violation: Violation) => void;
}

/** Counts of one gateway. */
export interface TargetFigures {
  polls: number;
  reports: number;
  lookups: number;
  errors: number;
  /** With an answer, refusals included. */
  requests: number;
  refused: number;
  oldestFreshMs: number;
  oldestStaleMs: number;
  /** The greatest `totalCount` so far. */
  mostAgents: number;
}

export function createFigures(): TargetFigures {
  const counts = { polls: 0, reports: 0, lookups: 0, errors: 0, requests: 0, refused: 0 };
  return { ...counts, oldestFreshMs: 0, oldestStaleMs: 0, mostAgents: 0 };
}

/** A wallboard that polls as the answers' `max-age` suggests. */
export async function runWallboard(target: Target): Promise<void> {
  const { figures, context } = target;
  while (target.isRunning()) {
    const answer = await send<WallboardData>(target, WALLBOARD_QUERY);
    figures.polls += 1;
    if (answer?.data) {
      const { findings, oldest, faultyAccounts } = checkWallboard(answer, context, figures);
      report(target, answer.sentAt, findings);
      figures.oldestFreshMs = Math.max(figures.oldestFreshMs, oldest.fresh);
      figures.oldestStaleMs = Math.max(figures.oldestStaleMs, oldest.stale);
      for (const account of faultyAccounts) target.onFaultSeen(account, answer.receivedAt);
      rememberIds(target.knownIds, answer.data.agents.nodes, answer.receivedAt);
    }
    await sleep((answer?.maxAge ?? 1) * 1000);
  }
}

/** A job that reports on past days, each time on others, and asks the gateways in turn. */
export async function runReports(targets: readonly Target[], koreAccount: string): Promise<void> {
  for (let nth = 0; ; nth += 1) {
    const target = targets[nth % targets.length];
    if (!target?.isRunning()) return;
    const days = reportDays(nth, Date.now());
    const answer = await send<ReportData>(target, REPORT_QUERY, reportVariables(days, koreAccount));
    target.figures.reports += 1;
    if (answer) report(target, answer.sentAt, checkReport(answer, days, target.context));
    await sleep(REPORT_INTERVAL_MS);
  }
}

/** Polls until every agent is listed, which is so at once unless the machine is busy; resolves to whether it came to that. */
export async function waitUntilComplete(target: Target, timeoutMs: number): Promise<boolean> {
  const quiet = { ...target, onViolation: ignore, figures: createFigures() };
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    const answer = await send<WallboardData>(quiet, WALLBOARD_QUERY);
    if (answer?.data && answer.errors.length === 0 && isWhole(answer.data, target.context)) return true;
    await sleep(START_POLL_MS);
  }
  return false;
}

function ignore(): void {
  // The run has not begun.
}

/** Looks up what earlier answers contained, of whichever gateway. */
export async function runLookups(target: Target): Promise<void> {
  while (target.isRunning()) {
    await sleep(LOOKUP_INTERVAL_MS);
    const settled = target.knownIds.filter(({ seenAt }) => seenAt < Date.now() - MIN_ID_AGE_MS);
    const ids = pickSome(settled, IDS_PER_LOOKUP);
    if (ids.length === 0) continue;
    const answer = await send<LookupData>(target, LOOKUP_QUERY, { ids: ids.map(({ id }) => id) });
    target.figures.lookups += 1;
    if (answer) report(target, answer.sentAt, checkLookup(answer, ids));
  }
}

function report({ gateway, onViolation }: Target, at: number, findings: readonly Finding[]): void {
  for (const finding of findings) onViolation({ ...finding, gateway: gateway.name, at });
}

interface ResponseBody<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly AnswerError[];
  readonly extensions?: { readonly switchboard?: { readonly omittedErrors?: number } };
}

/** Sends a query and checks what holds for every answer; null if there was none. */
async function send<Data>(target: Target, query: string, variables: object = {}): Promise<Answer<Data> | null> {
  const { gateway, context } = target;
  const sentAt = Date.now();
  const shiftMs = gateway.shiftMs();
  try {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const text = await response.text();
    const { data = null, errors = [], extensions } = JSON.parse(text) as ResponseBody<Data>;
    const answer: Answer<Data> = {
      sentAt,
      receivedAt: Date.now(),
      shiftMs: gateway.shiftedAt() < sentAt ? shiftMs : null,
      status: response.status,
      text,
      maxAge: toMaxAge(response.headers.get('cache-control')),
      data,
      errors,
      omittedErrors: extensions?.switchboard?.omittedErrors ?? 0,
    };
    target.figures.requests += 1;
    // On a busy machine a process may get too little processor time to serve its few clients.
    if (isRefusal(errors)) {
      target.figures.refused += 1;
      const retryAfter = response.headers.get('retry-after');
      report(target, sentAt, checkRefusal({ status: response.status, retryAfter, data, errors }));
      await sleep(Number(retryAfter) * 1000);
      return null;
    }
    target.figures.errors += errors.length;
    report(target, sentAt, checkAnswer(answer, context));
    return answer;
  } catch (error) {
    if (target.isRunning()) report(target, sentAt, [{ check: 'no answer', detail: String(error) }]);
    return null;
  }
}

function toMaxAge(cacheControl: string | null): number | null {
  const [, seconds] = /max-age=(\d+)/.exec(cacheControl ?? '') ?? [];
  return seconds === undefined ? null : Number(seconds);
}

function rememberIds(knownIds: KnownId[], agents: readonly WallboardAgent[], seenAt: number): void {
  for (const { id, presence, latestInteractions } of agents) {
    knownIds.push({ id, kind: 'agent', seenAt });
    if (presence?.status) knownIds.push({ id: presence.status.id, kind: 'status period', seenAt });
    for (const interaction of latestInteractions?.nodes ?? [])
      knownIds.push({ id: interaction.id, kind: 'interaction', seenAt });
  }
  knownIds.splice(0, knownIds.length - MAX_KNOWN_IDS);
}

function pickSome<Item>(items: readonly Item[], count: number): readonly Item[] {
  return Array.from({ length: count }, () => items[Math.floor(Math.random() * items.length)]).filter(
    (item) => item !== undefined,
  );
}
