import { compareVersions } from './changelog.ts';

const VERSION_LINE = /^( {2}"version": ")([^"]*)(",?)$/m;

/** The version in the text of a package.json. */
export function readVersion(packageText: string): string {
  const [, , version] = VERSION_LINE.exec(packageText) ?? [];
  if (version === undefined) throw new Error('A package.json has no version.');
  return version;
}

/** The text of a package.json with another version, and all else as it is. */
export function setVersion(packageText: string, version: string): string {
  readVersion(packageText);
  return packageText.replace(VERSION_LINE, (_, before: string, __, after: string) => before + version + after);
}

/** Throws where a file has a later version already. */
export function assertNotLater(present: string, next: string, file: string): void {
  if (compareVersions(present, next) <= 0) return;
  throw new Error(
    `${file} has the version ${present}, which is later than ${next}: release ${present} or a later one.`,
  );
}
