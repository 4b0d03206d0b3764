/** The way from the top of the file to a value: keys and positions in lists. */
export type ConfigPath = readonly (string | number)[];

/** Something wrong with the configuration. No part of it holds a secret or the value of an environment variable. */
export interface ConfigError {
  readonly file: string;
  /** As a reader would write it, `accounts[2].clientSecret`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** Where in the file, both from 1; absent for what does not stand in it. */
  readonly line?: number;
  readonly column?: number;
}

/** A problem before it is known where in the file it stands. */
export interface ConfigIssue {
  readonly path: ConfigPath;
  readonly message: string;
}

/** A problem as one line, in the form that editors and terminals make clickable. */
export function formatConfigError({ file, path, message, line, column }: ConfigError): string {
  const location = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return path === '' ? `${location}: ${message}` : `${location}: ${path}: ${message}`;
}

export function formatPath(path: ConfigPath): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[\w.@-]+$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}
