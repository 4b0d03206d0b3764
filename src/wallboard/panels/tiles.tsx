import type { AgentStatus } from '../generated/documents.ts';
import type { StatusNumbers } from '../model/counts.ts';
import { STATUS_NAMES, STATUSES } from '../model/status-order.ts';
import { changeOf, sparklinePoints, type TrendSample } from '../model/status-tracks.ts';
import { StatusShape } from './shapes.tsx';

interface TilesProps {
  /** Null until the first answer. */
  readonly counts: StatusNumbers | null;
  readonly trend: readonly TrendSample[];
  readonly isIncomplete: boolean;
  /** Whether all that is counted is too old to be shown in colour. */
  readonly isStale: boolean;
  /** The status that the list is limited to. */
  readonly selected: AgentStatus | null;
  /** Null where nothing can be chosen, as on a screen without a keyboard. */
  readonly onSelect: ((status: AgentStatus | null) => void) | null;
}

/** How many people are in which status. */
export function Tiles(props: TilesProps) {
  const { isIncomplete, isStale } = props;
  return (
    <section
      class={['tiles', isIncomplete && 'is-incomplete', isStale && 'is-stale'].filter(Boolean).join(' ')}
      aria-label="People by status"
    >
      {STATUSES.map((status) => (
        <Tile key={status} status={status} {...props} />
      ))}
    </section>
  );
}

function Tile({ status, counts, trend, selected, onSelect }: TilesProps & { readonly status: AgentStatus }) {
  const change = changeOf(trend, status);
  const content = (
    <>
      <span class="tile-label">
        <StatusShape status={status} />
        {STATUS_NAMES[status]}
      </span>
      <span class="tile-number">{counts ? counts[status] : <span class="bone" />}</span>
      <span class="tile-trend">
        <Sparkline points={sparklinePoints(trend, status)} />
        <span class="tile-change">{formatChange(change)}</span>
      </span>
    </>
  );
  const name = `tile tile--${status.toLowerCase()}`;
  if (!onSelect) return <div class={name}>{content}</div>;
  const isSelected = selected === status;
  return (
    <button
      type="button"
      class={name}
      aria-pressed={isSelected}
      title={isSelected ? 'Show every status' : `Show only ${STATUS_NAMES[status].toLowerCase()}`}
      onClick={() => {
        onSelect(isSelected ? null : status);
      }}
    >
      {content}
    </button>
  );
}

function Sparkline({ points }: { readonly points: string }) {
  return (
    <svg class="sparkline" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      {points !== '' && <polyline points={points} />}
    </svg>
  );
}

function formatChange(change: number | null): string {
  if (change === null) return '';
  if (change === 0) return '±0 in 15 min';
  return `${change > 0 ? '+' : '−'}${Math.abs(change)} in 15 min`;
}
