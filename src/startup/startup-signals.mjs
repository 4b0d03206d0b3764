const SIGNALS = /** @type {const} */ (['SIGTERM', 'SIGINT']);

/**
 * Makes a termination signal end the process at once with exit status 0: during start-up no request is served, so none is cut
 * off. Call the result once requests are served.
 *
 * @param {Pick<NodeJS.Process, 'on' | 'off' | 'exit'>} process Node's, or that of a test.
 * @returns {() => void}
 */
export function exitOnSignalDuringStartup(process) {
  const exitNow = () => {
    process.exit(0);
  };
  for (const signal of SIGNALS) process.on(signal, exitNow);
  return () => {
    for (const signal of SIGNALS) process.off(signal, exitNow);
  };
}
