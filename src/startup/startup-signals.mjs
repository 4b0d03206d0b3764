const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The part of Node's `process` that is used, so that tests can pass a fake. */
export interface StartupProcess {
  on(event: (typeof SIGNALS)[number], listener: () => void): unknown;
  off(event: (typeof SIGNALS)[number], listener: () => void): unknown;
  exit(code: number): void;
}

/**
 * Makes a termination signal end the process at once with exit status 0: during start-up no request is served, so none is cut
 * off. Call the result once requests are served.
 */
export function exitOnSignalDuringStartup(process: StartupProcess): () => void {
  const exitNow = () => {
    process.exit(0);
  };
  for (const signal of SIGNALS) process.on(signal, exitNow);
  return () => {
    for (const signal of SIGNALS) process.off(signal, exitNow);
  };
}
