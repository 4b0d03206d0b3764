import { buildSchema, findBreakingChanges, findDangerousChanges } from 'graphql';

/** A schema with the version of the client package that belongs to it. */
export interface VersionedSchema {
  readonly sdl: string;
  readonly version: string;
}

export interface SchemaComparison {
  /** What the release lacks; null where it may be made. */
  readonly problem: string | null;
  /** Changes that make some valid query invalid, or change the type of its answer. */
  readonly breaking: readonly string[];
  /** Changes that may surprise a client, such as a new value of an enum. */
  readonly dangerous: readonly string[];
}

/** Compares a schema with the last released one. A breaking change needs a new major version. */
export function compareSchemas(released: VersionedSchema, current: VersionedSchema): SchemaComparison {
  const schemas = [buildSchema(released.sdl), buildSchema(current.sdl)] as const;
  const breaking = findBreakingChanges(...schemas).map(({ description }) => description);
  const dangerous = findDangerousChanges(...schemas).map(({ description }) => description);
  const isAllowed = breaking.length === 0 || isMajorAfter(released.version, current.version);
  const problem = isAllowed
    ? null
    : 'A breaking change needs a new major version of packages/client (below 1.0.0: a new minor version): ' +
      `now ${current.version}, last released ${released.version}.`;
  return { problem, breaking, dangerous };
}

/** Below 1.0.0 the minor version takes the part of the major one: `^0.1.0` does not admit 0.2.0. */
function isMajorAfter(released: string, current: string): boolean {
  const [[releasedMajor, releasedMinor], [major, minor]] = [parseVersion(released), parseVersion(current)];
  return major > releasedMajor || (major === 0 && releasedMajor === 0 && minor > releasedMinor);
}

function parseVersion(version: string): readonly [major: number, minor: number] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return [major, minor];
}

const VERSION_LINE = /^# The schema of version (\S+) of packages\/client\./;

/** The text of the file that keeps the last released schema; a shallow checkout lacks the tag that has it, too. */
export function printReleasedSchema({ sdl, version }: VersionedSchema): string {
  return `# The schema of version ${version} of packages/client. \`npm run release\` writes this file; do not edit it.\n\n${sdl}`;
}

export function parseReleasedSchema(text: string): VersionedSchema {
  const [, version] = VERSION_LINE.exec(text) ?? [];
  if (version === undefined) throw new Error('The released schema has no version in its first line.');
  return { sdl: text, version };
}
