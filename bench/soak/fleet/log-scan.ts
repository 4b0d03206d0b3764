import { readFileSync } from 'node:fs';

export interface LogScan {
  readonly warnings: number;
  /** Messages of level error and above. */
  readonly errors: readonly string[];
  /** Whether a line holds a secret. */
  readonly hasSecret: boolean;
  readonly unreadableLines: number;
  /** When the gateway did not use Redis. */
  readonly withoutRedis: readonly TimeSpan[];
}

export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

const REDIS_DOWN = 'shared cache unavailable, using in-process cache only';
const REDIS_UP = 'shared cache available again';

const WARN_LEVELS: ReadonlySet<unknown> = new Set([40, 'warn']);
const ERROR_LEVELS: ReadonlySet<unknown> = new Set([50, 60, 'error', 'fatal']);

export function scanLog(file: string, secrets: readonly string[]): LogScan {
  return scanLines(readFileSync(file, 'utf8').split('\n'), secrets);
}

interface LogLine {
  readonly level: unknown;
  readonly time: string | number;
  readonly message?: string;
  readonly err?: { readonly message?: string };
}

/** Counts the lines of a gateway's log by level, and looks for secrets. Its times are those of the gateway's wall clock. */
export function scanLines(lines: readonly string[], secrets: readonly string[]): LogScan {
  const parsed = lines.filter((line) => line !== '').map(parseLine);
  const readable = parsed.filter((line) => line !== null);
  return {
    warnings: readable.filter(({ level }) => WARN_LEVELS.has(level)).length,
    errors: readable
      .filter(({ level }) => ERROR_LEVELS.has(level))
      .map(({ message, err }) => [message, err?.message].filter(Boolean).join(': ')),
    hasSecret: secrets.some((secret) => lines.some((line) => line.includes(secret))),
    unreadableLines: parsed.length - readable.length,
    withoutRedis: spansWithoutRedis(readable),
  };
}

function parseLine(line: string): LogLine | null {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return null;
  }
}

function spansWithoutRedis(lines: readonly LogLine[]): readonly TimeSpan[] {
  const spans: TimeSpan[] = [];
  let from: number | null = null;
  for (const { message, time } of lines) {
    if (message === REDIS_DOWN) from ??= new Date(time).getTime();
    if (message !== REDIS_UP || from === null) continue;
    spans.push({ from, to: new Date(time).getTime() });
    from = null;
  }
  return from === null ? spans : [...spans, { from, to: Infinity }];
}
