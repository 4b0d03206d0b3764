import { createHash } from 'node:crypto';
import { compareTexts } from '../../domain/compare-texts.ts';
import { foldText } from '../../domain/fold-text.ts';
import type { Team } from '../../domain/team.ts';
import { findClosestName } from '../closest-name.ts';
import { withSuggestion, withValue } from '../named-value.ts';

/** Distinct unknown teams that a suggestion is looked for; further ones have none. */
const MAX_SUGGESTIONS = 50;

export type TeamResolution = { readonly id: string } | { readonly problem: string };

/** The teams that directory files name, of all files together. */
export interface FileTeams {
  /** Finds the team of a column's value, or creates it where it may. */
  readonly resolve: (value: string, mayCreate: boolean) => TeamResolution;
  /** The created teams, by name: their order does not depend on that of the people. */
  readonly created: () => readonly Team[];
}

/** A value names a configured team by its id or its name, in any spelling that gives the same slug. */
export function createFileTeams(configured: readonly Team[]): FileTeams {
  const configuredIds = new Map(
    configured.flatMap(({ id, name }) => [toKey(id), toKey(name)].map((key) => [key, id] as const)),
  );
  const knownSlugs = new Map(configured.map(({ id }) => [toTeamId(id), id]));
  const createdTeams = new Map<string, Team>();
  const resolutions = new Map<string, TeamResolution>();

  const resolveNew = (value: string, mayCreate: boolean): TeamResolution => {
    const slug = toTeamId(value);
    const configuredId = configuredIds.get(toKey(value)) ?? knownSlugs.get(slug);
    if (configuredId !== undefined) return { id: configuredId };
    if (!mayCreate) {
      const message = withValue('is not the id or the name of a configured team', value);
      if (resolutions.size >= MAX_SUGGESTIONS) return { problem: message };
      const names = configured.flatMap(({ id, name }) => [id, name]);
      return { problem: withSuggestion(message, findClosestName(value, names)) };
    }
    const namesake = createdTeams.get(slug);
    if (namesake && toKey(namesake.name) !== toKey(value)) {
      const message = `would have the same team id as ${namesake.name}, ${slug}; list one of them in teams, with an id`;
      return { problem: withValue(message, value) };
    }
    if (!namesake) createdTeams.set(slug, { id: slug, name: value });
    return { id: slug };
  };

  return {
    resolve(value, mayCreate) {
      const key = `${String(mayCreate)} ${value}`;
      const resolution = resolutions.get(key) ?? resolveNew(value, mayCreate);
      resolutions.set(key, resolution);
      return resolution;
    },
    created: () => [...createdTeams.values()].sort((a, b) => compareTexts(toKey(a.name), toKey(b.name))),
  };
}

/** Spellings that differ in case, accents, blanks, dashes and underscores name one team. */
function toKey(name: string): string {
  return foldText(name)
    .replace(/[\s_-]+/gu, ' ')
    .trim();
}

const MAX_SLUG_LENGTH = 100;
const HASH_LENGTH = 8;

/** Makes an id of a team's name: `Support DE` becomes `support-de`. Letters without a place in ids are replaced by a hash. */
function toTeamId(name: string): string {
  const key = toKey(name.replaceAll('ß', 'ss'));
  const slug = key
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, MAX_SLUG_LENGTH);
  if (slug !== '' && !/[\p{L}\p{N}]/u.test(key.replace(/[A-Z\d]/g, ''))) return slug;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, HASH_LENGTH);
  return slug === '' ? `team-${hash}` : `${slug}-${hash}`;
}
