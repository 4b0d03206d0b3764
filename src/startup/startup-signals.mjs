const SIGNALS = /** @type {const} */ (['SIGTERM', 'SIGINT']);

/**
 * Makes a termination signal end the process at once with exit status 0: during start-up no request is served, so none is cut
 * off. SIGHUP, which asks for the configuration to be read, ends nothing. Call the result once requests are served.
 *
 * @param {Pick<NodeJS.Process, 'on' | 'off' | 'exit'>} process Node's, or that of a test.
 * @returns {() => void}
 */
export function exitOnSignalDuringStartup(process) {
  const exitNow = () => {
    process.exit(0);
  };
  for (const signal of SIGNALS) process.on(signal, exitNow);
  process.on('SIGHUP', ignore);
  return () => {
    for (const signal of SIGNALS) process.off(signal, exitNow);
    process.off('SIGHUP', ignore);
  };
}

function ignore() {
  // The configuration is about to be read.
}
