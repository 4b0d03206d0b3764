/** The path from the top of the file to a value: keys and list indexes. */
export type ConfigPath = readonly (string | number)[];

/** A configuration error. No part of it contains a secret or the value of an environment variable. */
export interface ConfigError {
  readonly file: string;
  /** For example `accounts[2].clientSecret`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  /** Position in the file, both from 1; absent for errors outside a file. */
  readonly line?: number;
  readonly column?: number;
}

/** A configuration error before its position in the file is known. */
export interface ConfigIssue {
  readonly path: ConfigPath;
  readonly message: string;
  /** A line of a directory file, whose column or attribute is the path; absent: the path is one of the configuration. */
  readonly source?: { readonly file: string; readonly line: number };
}

/** Formats an error as one line, in the form that editors and terminals turn into a link. */
export function formatConfigError(error: ConfigError): string {
  return formatLine(error, '');
}

export function formatConfigWarning(warning: ConfigError): string {
  return formatLine(warning, 'warning: ');
}

function formatLine({ file, path, message, line, column }: ConfigError, prefix: string): string {
  const location = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return path === '' ? `${location}: ${prefix}${message}` : `${location}: ${prefix}${path}: ${message}`;
}

/** In a key such as `clientSecret:abc`, which lacks the blank after the colon, the rest is a value and may be a secret. */
export function formatPath(path: ConfigPath): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[\w.@-]+$/.test(step)) return `[${JSON.stringify(step.replace(/:.+/s, ':…'))}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}
