/** Version numbers without a pre-release part are all that this project uses. */
const VERSION = /^(\d+)\.(\d+)\.(\d+)$/;
const UNRELEASED = '## [Unreleased]';

/**
 * Moves what stands under "Unreleased" to a section of its own, and leaves "Unreleased" empty above it
 * (https://keepachangelog.com). Throws when there is nothing to release.
 */
export function releaseChangelog(changelog: string, version: string, date: string): string {
  const [before, rest, ...others] = changelog.split(/^## \[Unreleased\]$/m);
  if (before === undefined || rest === undefined || others.length > 0) {
    throw new Error(`CHANGELOG.md must have exactly one line "${UNRELEASED}".`);
  }
  const notes = rest.split(/^## /m)[0] ?? '';
  if (!/\S/.test(notes.replace(/^### .*$/gm, ''))) throw new Error(`CHANGELOG.md has nothing under "${UNRELEASED}".`);
  return `${before}${UNRELEASED}\n\n## [${version}] - ${date}${rest}`;
}

/** The version to release: `wanted` is a version, or which part to raise. Throws when it is not later than `current`. */
export function nextVersion(current: string, wanted: string): string {
  const now = parse(current);
  const next = raise(now, wanted) ?? parse(wanted);
  // The first version is released as the number that package.json has had all along.
  if (compare(next, now) < 0) throw new Error(`${wanted} is earlier than the present version ${current}.`);
  return next.join('.');
}

type Version = readonly [major: number, minor: number, patch: number];

function raise([major, minor, patch]: Version, part: string): Version | null {
  if (part === 'major') return [major + 1, 0, 0];
  if (part === 'minor') return [major, minor + 1, 0];
  if (part === 'patch') return [major, minor, patch + 1];
  return null;
}

function parse(version: string): Version {
  const [, major, minor, patch] = VERSION.exec(version) ?? [];
  if (patch === undefined) throw new Error(`"${version}" is not major, minor, patch or a version such as 1.2.3.`);
  return [Number(major), Number(minor), Number(patch)];
}

/** Negative where the first version is earlier, 0 where they are equal. */
export function compareVersions(a: string, b: string): number {
  return compare(parse(a), parse(b));
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
