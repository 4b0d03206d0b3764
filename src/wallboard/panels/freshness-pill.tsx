import { useNow } from '../hooks/use-now.ts';
import type { People } from '../hooks/use-people.ts';
import { oldestOf } from '../model/freshness.ts';
import type { SourceSummary } from '../model/sources.ts';
import { formatAge } from '../text/durations.ts';
import { formatClock } from '../text/times.ts';

interface FreshnessPillProps {
  readonly people: People;
  /** The agents that are shown. */
  readonly ids: readonly string[];
  readonly sources: SourceSummary;
}

/** How old the oldest status on the board is, and how many sources it comes from. */
export function FreshnessPill({ people, ids, sources }: FreshnessPillProps) {
  const now = useNow();
  const { feed, observations } = people;
  const oldest = oldestOf(observations, ids, now);
  const isPartial = sources.ok < sources.total;
  return (
    <p class={`pill pill--${oldest?.freshness ?? 'late'}${isPartial ? ' is-incomplete' : ''}`}>
      <span class="pill-mode">{MODES[feed.phase]}</span>
      <span>
        {oldest === null
          ? feed.data
            ? 'no status reported'
            : 'no status yet'
          : `as of ${formatClock(oldest.at)}, ${formatAge(now - oldest.at)} ago`}
      </span>
      {isPartial && (
        <span class="pill-sources">
          {sources.ok} of {sources.total} sources
        </span>
      )}
    </p>
  );
}

const MODES: Readonly<Record<People['feed']['phase'], string>> = {
  loading: 'Loading',
  live: 'Live',
  polling: 'Polling',
  reconnecting: 'Reconnecting',
  gone: 'Offline',
  refused: 'Refused',
};
