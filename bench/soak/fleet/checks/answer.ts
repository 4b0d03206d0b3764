import type { Timeline } from '../timeline.ts';
import type { Finding } from '../violations.ts';

export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly account?: string; readonly reason?: string };
}

/** A gateway's answer to one request. */
export interface Answer<Data> {
  readonly sentAt: number;
  readonly receivedAt: number;
  /** How far the gateway's wall clock is ahead; null while it is being set, when its times cannot be judged. */
  readonly shiftMs: number | null;
  readonly status: number;
  readonly text: string;
  /** Seconds of `Cache-Control: max-age`. */
  readonly maxAge: number | null;
  readonly data: Data | null;
  readonly errors: readonly AnswerError[];
  /** How many errors more there were: a gateway lists the first ones only. */
  readonly omittedErrors: number;
}

/** Whether an error explains that the field at this path is null. */
export function isExplained({ errors, omittedErrors }: Answer<unknown>, path: string): boolean {
  return omittedErrors > 0 || errors.some((error) => error.path?.join('.') === path);
}

export interface AnswerSource {
  readonly account: { readonly name: string };
  readonly outcome: string;
  readonly fetchedAt?: string | null;
  readonly error: { readonly code: string; readonly reason: string | null } | null;
}

/** What the checks compare an answer with. */
export interface CheckContext {
  readonly timeline: Timeline;
  /** Whether a fault of the account's vendor can have an effect on an answer. */
  readonly isAffected: (account: string, from: number, to: number) => boolean;
  /** Texts that no answer may contain. */
  readonly secrets: readonly string[];
  readonly ttlMs: { readonly statuses: number; readonly interactions: number };
  readonly staleIfErrorMs: number;
  /** The longest time from the start of a fetch to the vendor's answer, with retries. */
  readonly maxFetchMs: number;
}

const MARKUP_OR_STACK = /<html|<!doctype|\n\s+at .*\.ts:\d+|node:internal/i;

/** Checks that hold for every answer: status, codes of errors, and that errors are those of a vendor that fails. */
export function checkAnswer(answer: Answer<unknown>, context: CheckContext): readonly Finding[] {
  const findings: Finding[] = [];
  if (answer.status !== 200)
    findings.push({ check: 'HTTP status', detail: `${answer.status}: ${answer.text.slice(0, 200)}` });
  if (answer.data === null) findings.push({ check: 'no data', detail: answer.text.slice(0, 200) });
  if (answer.status === 200 && (answer.maxAge ?? 0) < 1)
    findings.push({ check: 'max-age', detail: String(answer.maxAge) });
  for (const error of answer.errors) findings.push(...checkError(error, answer, context));
  const secret = context.secrets.find((each) => answer.text.includes(each));
  if (secret !== undefined) findings.push({ check: 'secret in an answer', detail: `${secret.slice(0, 3)}…` });
  const [leak] = MARKUP_OR_STACK.exec(answer.text) ?? [];
  if (leak !== undefined) findings.push({ check: 'markup or stack in an answer', detail: leak });
  return findings;
}

function checkError(
  { message, extensions }: AnswerError,
  { sentAt, receivedAt }: Answer<unknown>,
  { isAffected }: CheckContext,
): readonly Finding[] {
  const { code, account } = extensions ?? {};
  if (code === undefined) return [{ check: 'error without a code', detail: message }];
  if (!code.startsWith('VENDOR_')) return [{ check: 'error that is not a vendor’s', detail: `${code}: ${message}` }];
  if (account === undefined) return [{ check: 'vendor error without an account', detail: `${code}: ${message}` }];
  return isAffected(account, sentAt, receivedAt)
    ? []
    : [{ check: 'error of a healthy vendor', detail: `${account} ${code} ${extensions?.reason ?? ''}: ${message}` }];
}

/** Checks that `complete` agrees with the sources, and that only sources of a vendor that fails are not OK. */
export function checkSources(
  what: string,
  { complete, sources }: { readonly complete: boolean; readonly sources: readonly AnswerSource[] },
  { sentAt, receivedAt }: Answer<unknown>,
  { isAffected }: CheckContext,
): readonly Finding[] {
  const findings = sources
    .filter(({ account, outcome }) => outcome !== 'OK' && !isAffected(account.name, sentAt, receivedAt))
    .map(({ account, outcome, error }) => ({
      check: 'source of a healthy vendor is not OK',
      detail: `${what}: ${account.name} ${outcome} ${error?.code ?? ''} ${error?.reason ?? ''}`,
    }));
  const isComplete = sources.every(({ outcome }) => outcome === 'OK');
  return complete === isComplete
    ? findings
    : [...findings, { check: 'complete contradicts the sources', detail: `${what}: complete is ${complete}` }];
}
