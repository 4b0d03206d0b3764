import { readFileSync } from 'node:fs';

export interface LogScan {
  readonly warnings: number;
  /** Messages of level error and above. */
  readonly errors: readonly string[];
  /** Whether a line holds a secret. */
  readonly hasSecret: boolean;
  readonly unreadableLines: number;
}

const WARN_LEVELS: ReadonlySet<unknown> = new Set([40, 'warn']);
const ERROR_LEVELS: ReadonlySet<unknown> = new Set([50, 60, 'error', 'fatal']);

export function scanLog(file: string, secrets: readonly string[]): LogScan {
  return scanLines(readFileSync(file, 'utf8').split('\n'), secrets);
}

/** Counts the lines of a gateway's log by level, and looks for secrets. */
export function scanLines(lines: readonly string[], secrets: readonly string[]): LogScan {
  let warnings = 0;
  let unreadableLines = 0;
  const errors: string[] = [];
  for (const line of lines.filter((each) => each !== '')) {
    try {
      const { level, msg, err } = JSON.parse(line) as { level: unknown; msg?: string; err?: { message?: string } };
      if (WARN_LEVELS.has(level)) warnings += 1;
      if (ERROR_LEVELS.has(level)) errors.push([msg, err?.message].filter(Boolean).join(': '));
    } catch {
      unreadableLines += 1;
    }
  }
  const hasSecret = secrets.some((secret) => lines.some((line) => line.includes(secret)));
  return { warnings, errors, hasSecret, unreadableLines };
}
