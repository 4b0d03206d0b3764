import type { ConfigError } from './config-error.ts';
import { ENVIRONMENT } from './env-overrides.ts';

/** The most errors that are shown of one directory file: a mistake in an export is mostly on every line. */
const MAX_ERRORS_OF_FILE = 50;

/** Sorts errors by their lines: those of the configuration, after the environment's, then those of each directory file. */
export function arrangeErrors(errors: readonly ConfigError[], configFile: string): readonly ConfigError[] {
  const isOwn = ({ file }: ConfigError) => file === configFile || file === ENVIRONMENT;
  const others = Map.groupBy(
    errors.filter((error) => !isOwn(error)),
    ({ file }) => file,
  );
  return [
    ...errors.filter(isOwn).toSorted(byLocation),
    ...[...others.values()].flatMap((fileErrors) => boundErrors(fileErrors.toSorted(byLocation))),
  ];
}

function boundErrors(errors: readonly ConfigError[]): readonly ConfigError[] {
  const [next, ...others] = errors.slice(MAX_ERRORS_OF_FILE);
  if (!next) return errors;
  const message = `and ${others.length + 1} more errors in this file, from this line on`;
  return [...errors.slice(0, MAX_ERRORS_OF_FILE), { ...next, path: '', message }];
}

function byLocation(a: ConfigError, b: ConfigError): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
