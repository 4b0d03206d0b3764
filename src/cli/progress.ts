/** A line on a terminal that says what a long command is doing. */
export interface Progress {
  readonly show: (text: string) => void;
  /** Removes the line. */
  readonly clear: () => void;
}

/** Writes to standard error, and only to a terminal: a log or a pipe gets the results alone. */
export function createProgress(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr): Progress {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  return {
    show: (text) => void stream.write(`\r\u001B[K${text}`),
    clear: () => void stream.write('\r\u001B[K'),
  };
}
