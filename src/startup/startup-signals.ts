const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** As much of Node's `process` as is needed, so that tests can play it. */
export interface StartupProcess {
  on(event: (typeof SIGNALS)[number], listener: () => void): unknown;
  off(event: (typeof SIGNALS)[number], listener: () => void): unknown;
  exit(code: number): void;
}

/**
 * From now on a signal ends the process at once and in good order: nobody is served yet, so that nothing is cut off. Call the
 * result when somebody is.
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
